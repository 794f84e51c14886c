"""Who talks to whom: messages, the bot, and the person who takes over."""
