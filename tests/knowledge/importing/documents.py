"""Documents made for the tests as offices make them, the dirty ones too."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl

DIRTY_PARAGRAPHS = (
    "供电所客户服务手册",
    "本文档由某某范文网整理上传，更多精品制度请到 www.desk33.com 免费下载",
    "供电所客户服务手册  第1页",
    "第一章 营业服务",
    "一、营业时间",
    "营业厅对外营业时间为8:30-17:OO，双休日照常营业，节假日另行公告。",
    "早班与晚班在7:558:00之间交接，交接时不得离开岗位。",
    "疫情期间进入营业厅须测量体温，37.3℃以上不得进入，并出示健康码。",
    "二、投诉处理",
    "3.",
    "4.1.1受理投诉后，应在24小时内与客户联系。",
    "1",
    "．收到书面投诉的，应在5个工作日内书面答复客户。",
    "供电所客户服务手册  第2页",
    "三、投诉回访",
    "受理投诉后，应在3个工作日内与客户联系。",
    "客户对「首问负责制J不满意时，由值长再次回访。",
    "（更多资料尽在某某文库）",
    "链接：https://pan.baidu.com/s/1xYz 提取码：7788",
    "四、联系方式",
    "供电服务热线95598，24小时受理报修；监督电话12398。",
    "本所负责人：周志刚，手机 138 0571 2345，家里电话0571-87654321。",
    "供电所客户服务手册  第3页",
    "五、欠费停电",
    "逾期未交电费的，供电所先送催费通知；逾期超过30日仍不交的，按规定程序停电。",
    "六、欠费停电",
    "逾期未交电费的，供电所先送催费通知；逾期超过30日仍不交的，按规定程序停电。",
    "七、卷烟零售户走访",
    "客户经理每月走访零售户，宣传卷烟专卖政策，检查烟叶存放。",
    "八、峰谷电价试行办法",
    "本办法自2019年1月1日起试行至2020年12月31日。",
    "如有侵权请联系删除",
)


def dirty_docx(folder: Path) -> Path:
    """A service manual as it comes from a download site, after a text recognition."""
    document = docx.Document()
    for text in DIRTY_PARAGRAPHS:
        document.add_paragraph(text)
    return save(document, folder / "客户服务手册.docx")


def save(document: Any, path: Path) -> Path:
    """Write a docx or xlsx and say where it lies."""
    document.save(path)
    return path


def docx_of(path: Path, *paragraphs: str | tuple[str, str]) -> Path:
    """A docx of paragraphs; a pair is a style and its text."""
    document = docx.Document()
    for paragraph in paragraphs:
        if isinstance(paragraph, str):
            document.add_paragraph(paragraph)
        else:
            document.add_paragraph(paragraph[1], style=paragraph[0])
    return save(document, path)


def xlsx_of(path: Path, *rows: Sequence[object], merged: Sequence[str] = ()) -> Path:
    """A workbook of one sheet, with some ranges merged."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "问答"
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    return save(workbook, path)


def repacked(path: Path, name: str, content: bytes) -> Path:
    """The same package with one part replaced or added, as an attacker would make it."""
    with zipfile.ZipFile(path) as package:
        parts = {each.filename: package.read(each) for each in package.infolist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for part, data in parts.items():
            package.writestr(part, data)
    return path


def pdf_of(path: Path, *pages: Sequence[str]) -> Path:
    """A PDF with a page for each list of lines; an empty list is a page with a picture only."""
    path.write_bytes(_Pdf().write(pages))
    return path


class _Pdf:
    """Just enough of the format: one font whose codes are Unicode, said so by its table."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def write(self, pages: Sequence[Sequence[str]]) -> bytes:
        catalog, tree, font = self._reserve(), self._reserve(), self._font()
        picture = self._stream(
            b"/Type/XObject/Subtype/Image/Width 1/Height 1"
            b"/ColorSpace/DeviceGray/BitsPerComponent 8",
            b"\x80",
        )
        kids = []
        for lines in pages:
            drawn = "".join(
                f"BT /F1 12 Tf 50 {780 - 20 * place} Td <{line.encode('utf-16-be').hex()}> Tj ET\n"
                for place, line in enumerate(lines)
            )
            content = self._stream(b"", drawn.encode() or b"q 500 0 0 700 50 50 cm /P1 Do Q")
            kids.append(
                self._add(
                    b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 600 842]/Contents %d 0 R"
                    b"/Resources<</Font<</F1 %d 0 R>>/XObject<</P1 %d 0 R>>>>>>"
                    % (tree, content, font, picture)
                )
            )
        self._objects[catalog - 1] = b"<</Type/Catalog/Pages %d 0 R>>" % tree
        listed = b" ".join(b"%d 0 R" % kid for kid in kids)
        self._objects[tree - 1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (listed, len(kids))
        return self._file(catalog)

    def _font(self) -> int:
        table = self._stream(
            b"",
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            b"1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            b"1 beginbfrange <0000> <ffff> <0000> endbfrange\n"
            b"endcmap end end",
        )
        below = self._add(
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Plain/DW 1000"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
        )
        return self._add(
            b"<</Type/Font/Subtype/Type0/BaseFont/Plain/Encoding/Identity-H"
            b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (below, table)
        )

    def _reserve(self) -> int:
        return self._add(b"")

    def _add(self, content: bytes) -> int:
        self._objects.append(content)
        return len(self._objects)

    def _stream(self, entries: bytes, content: bytes) -> int:
        head = b"<<%s/Length %d>>" % (entries, len(content))
        return self._add(head + b"\nstream\n" + content + b"\nendstream")

    def _file(self, root: int) -> bytes:
        out = io.BytesIO()
        out.write(b"%PDF-1.7\n")
        places = []
        for number, content in enumerate(self._objects, start=1):
            places.append(out.tell())
            out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        table = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        out.writelines(b"%010d 00000 n \n" % place for place in places)
        out.write(
            b"trailer <</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF"
            % (len(places) + 1, root, table)
        )
        return out.getvalue()
