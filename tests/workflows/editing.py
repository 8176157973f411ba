"""The editor of a redesign as a browser without scripts uses it."""

import re

from django.urls import reverse


class Page:
    """Reads the form as a browser would, changes some fields and posts all of them."""

    def __init__(self, client, redesign):
        self.client = client
        self.address = reverse("workflows:redesign_edit", args=[redesign.public_id])

    def fields(self, response=None):
        html = (response or self.client.get(self.address)).content.decode()
        form = html[html.index('id="editor"') : html.rindex("ap-edit-bar")]
        found = {}
        for tag in re.findall(r"<input\b[^>]*>", form):
            name = re.search(r'\bname="([^"]+)"', tag)
            if name is None or name[1] == "csrfmiddlewaretoken":
                continue
            ticked = re.search(r'type="(checkbox|radio)"', tag)
            value = re.search(r'\bvalue="([^"]*)"', tag)
            if not ticked or " checked" in tag:
                found.setdefault(name[1], []).append(value[1] if value else "on" if ticked else "")
        for name, inside in re.findall(
            r'<select\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
        ):
            chosen = re.search(r'<option value="([^"]*)" selected', inside)
            found[name] = [chosen[1] if chosen else ""]
        for name, inside in re.findall(
            r'<textarea\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL
        ):
            found[name] = [inside.strip()]
        return found

    def post(self, do="save", base=None, **changes):
        data = base or self.fields()
        data |= {name.replace("__", "-"): value for name, value in changes.items()}
        return self.client.post(self.address, {**data, "do": do})
