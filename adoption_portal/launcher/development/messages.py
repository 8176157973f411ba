"""`make messages`: collects texts from code and templates, updates and compiles translations."""

import sys
from pathlib import Path

import django
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import CommandError, call_command

from adoption_portal.launcher.folders import ROOT


def compile_catalogues(folder: Path) -> int:
    """Each .po to its .mo beside it, by Babel: fresh machines have no msgfmt. Their number."""
    found = sorted(folder.glob("*/LC_MESSAGES/*.po"))
    for source in found:
        with source.open("rb") as text, source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(text, locale=source.parts[-3]))
    return len(found)


def main() -> None:
    django.setup()
    languages = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    ignored = ["var", ".venv", "tests", "benchmarks"]
    try:
        call_command(
            "makemessages",
            locale=languages,
            ignore_patterns=ignored,
            no_location=True,
            no_obsolete=True,
            verbosity=0,
        )
    except CommandError as problem:  # xgettext is missing
        print(f"Not collected ({problem}); compiling what is there.", file=sys.stderr)
    print(f"{compile_catalogues(ROOT / 'adoption_portal' / 'locale')} catalogues compiled")


if __name__ == "__main__":
    main()
