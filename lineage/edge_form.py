"""The form that states an edge from the page of an asset: its other end, a note, columns."""

from typing import Any

from django import forms

from accounts.access import Access
from catalog.writing import Refused
from lineage.edge_bodies import NOTE_LENGTH, EdgeBody, read_edge
from lineage.manual_edges import Stated, state_edge

ARROW = "->"


class EdgeForm(forms.Form):
    """`side`: where the other asset stands, seen from this one."""

    side = forms.ChoiceField(
        choices=[("upstream", "Upstream: it feeds this asset"),
                 ("downstream", "Downstream: this asset feeds it")],
        initial="upstream",
    )  # fmt: skip
    asset = forms.CharField(max_length=500, label="Asset")
    note = forms.CharField(max_length=NOTE_LENGTH, required=False, label="Note")
    columns = forms.CharField(
        required=False,
        label="Columns",
        help_text="One pair a line, as upstream_column -> downstream_column.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def state(self, access: Access, asset_id: str) -> Stated | None:
        """The edge, stated; None with errors at the fields that they are about."""
        if not self.is_valid():
            return None
        body = self.body(asset_id)
        if body is None:
            return None
        try:
            return state_edge(access, body)
        except Refused as exc:
            other = exc.refusal.field == self.cleaned_data["side"]
            self.add_error("asset" if other else None, exc.refusal.message)
            return None

    def body(self, asset_id: str) -> EdgeBody | None:
        said = self.cleaned_data
        side = said["side"]
        ends = {"upstream": asset_id, "downstream": asset_id} | {side: said["asset"]}
        value: dict[str, Any] = ends | {"note": said["note"]}
        if said["columns"].strip():
            value["columns"] = pairs_of(said["columns"])
        body, errors = read_edge(value)
        for error in errors:
            field = error.field.partition("[")[0]
            shown = "asset" if field in ends else field if field in self.fields else None
            self.add_error(shown, f"{error.message[:1].upper()}{error.message[1:]}.")
        return body


def pairs_of(text: str) -> list[dict[str, str]]:
    """`a -> b`, one a line; what has no arrow is a column of the downstream asset."""
    pairs = []
    for line in filter(None, map(str.strip, text.splitlines())):
        upstream, arrow, downstream = line.partition(ARROW)
        pair = (upstream.strip(), downstream.strip()) if arrow else ("", line)
        pairs.append(dict(zip(("upstream", "downstream"), pair, strict=True)))
    return pairs


def pairs_text(body: EdgeBody) -> str:
    """The columns of an edge as `pairs_of` reads them."""
    return "\n".join(f"{c.upstream} {ARROW} {c.downstream}" for c in body.columns or ())
