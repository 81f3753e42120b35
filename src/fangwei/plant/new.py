"""A site folder to begin with."""

import re
from importlib import resources
from pathlib import Path

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text

FILE = "site.yaml"
MADE = Text("已建立 {file}", "Made {file}")
NEXT = Text(
    "接着：在 {folder} 中写入测点和数据源，然后运行 fangwei site check {folder}",
    "Next: write points and sources in {folder}, then run fangwei site check {folder}",
)


class FolderNotEmpty(FangweiError):
    """A new site would mix with files that are there."""

    code = "plant.folder_not_empty"
    text = Text(
        "{folder} 已存在且不是空目录，没有改动；请另选名称",
        "{folder} exists and is not an empty folder; nothing was changed, choose another name",
    )


class SiteNameUnfit(FangweiError):
    """The folder's name becomes the site's id and part of topics."""

    code = "plant.site_name_unfit"
    text = Text(
        "目录名 {name!r} 不能作站点编号：只用字母、数字、- 和 _，以字母或数字开头，至多 64 个",
        "The folder's name {name!r} cannot be the site's id: letters, digits, - and _ only, a letter or digit first, "
        "at most 64",
    )


class FolderUnwritable(FangweiError):
    """The system does not let us."""

    code = "plant.folder_unwritable"
    text = Text("无法写入 {folder}：{why}", "{folder} cannot be written: {why}")


def new_site(folder: Path) -> list[Text]:
    """Write a site that holds: one zone, one person who is always on duty, no points.

    Returns what to tell. Raises:
        SiteNameUnfit, FolderNotEmpty, FolderUnwritable: nothing was changed.
    """
    name = folder.resolve().name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise SiteNameUnfit(name=name[:100])
    template = resources.files("fangwei.plant").joinpath("new_site.yaml").read_text("utf-8")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FolderNotEmpty(folder=folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(template.replace("__ID__", name), "utf-8")
    except OSError as error:
        raise FolderUnwritable(folder=folder, why=error.strerror or error) from error
    return [MADE.format(file=folder / FILE), NEXT.format(folder=folder)]
