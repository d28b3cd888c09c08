"""What one is asked about an exporter: the fields of its form, of both kinds."""

from django import forms

from lineage.exporting.addresses import DEFAULT_PATH
from lineage.models.runs import State

MANUAL, CRON, OWN = "manual", "cron", ""
SCHEDULES = [
    ("PT1M", "Every minute"),
    ("PT5M", "Every 5 minutes"),
    ("PT15M", "Every 15 minutes"),
    ("PT1H", "Every hour"),
    ("P1D", "Every day"),
    (CRON, "By cron"),
    (MANUAL, "Only when told"),
]
LOOK_BACKS = [
    ("PT0S", "Nothing: only what is recorded from now on"),
    ("P1D", "The last day"),
    ("P7D", "The last 7 days"),
    ("P30D", "The last 30 days"),
    ("P36500D", "Everything"),
]


class ExporterFields(forms.Form):
    """Those of one kind are taken by `lineage.exporter_form`."""

    name = forms.CharField(
        max_length=63, help_text="Letters, digits, _ and -; it cannot be changed later."
    )
    description = forms.CharField(max_length=500, required=False)
    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="Of the server, such as https://marquez.example.com:5000",
    )
    path = forms.CharField(
        label="Path",
        max_length=300,
        required=False,
        help_text=f"Empty: {DEFAULT_PATH}. Of another Headwater: api/v1/<tenant>/lineage",
    )
    api_key = forms.CharField(
        label="API key",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Sent as Authorization: Bearer. Kept encrypted, and never shown again.",
    )
    drop_key = forms.BooleanField(label="Remove the stored key", required=False)
    headers = forms.CharField(
        label="Further headers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
        help_text="One a line, as X-Team: data. Kept like the key.",
    )
    drop_headers = forms.BooleanField(label="Remove the stored headers", required=False)
    batch_size = forms.IntegerField(
        label="Events a request",
        min_value=1,
        max_value=500,
        help_text="1: one by one, which every server takes. More go to …/batch (Headwater, and"
        " other servers of OpenLineage 2-0-2).",
    )
    compression = forms.BooleanField(label="Compress with gzip", required=False)
    timeout = forms.IntegerField(
        label="Timeout", min_value=1, max_value=60, help_text="Seconds that an answer may take."
    )
    file = forms.CharField(
        label="File",
        max_length=200,
        help_text="A path in the folder of exports; {date} becomes the day of the run.",
    )
    schedule = forms.ChoiceField(label="Runs", choices=SCHEDULES)
    cron = forms.CharField(
        label="Cron", max_length=100, required=False, help_text="Five fields, UTC: */15 * * * *"
    )
    look_back = forms.ChoiceField(label="Begins with", choices=LOOK_BACKS)
    enabled = forms.BooleanField(label="Runs by its schedule", required=False)
    service_account = forms.ChoiceField(
        label="With the grants of",
        required=False,
        help_text="What they may not see does not go out.",
    )
    flow_namespace = forms.CharField(
        label="Namespace of flows", max_length=150, required=False, help_text="And below."
    )
    flow_id = forms.CharField(label="Flow", max_length=200, required=False)
    task_id = forms.CharField(label="Task", max_length=200, required=False)
    asset_namespace = forms.CharField(
        label="Namespace of assets",
        max_length=150,
        required=False,
        help_text="And below. Runs that touch one of these.",
    )
    asset_types = forms.CharField(
        label="Types of assets",
        required=False,
        help_text="Parted by commas: Table, Dashboard. Runs that touch one of these.",
    )
    states = forms.MultipleChoiceField(
        label="States of task runs",
        required=False,
        choices=[(state, state.capitalize()) for state in State.values],
        widget=forms.CheckboxSelectMultiple,
    )
    since = forms.CharField(
        label="Since", max_length=64, required=False, help_text="Such as 2026-11-21T08:00:00Z"
    )
    mappings = forms.CharField(
        label="Mappings",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "mono", "spellcheck": "false"}),
        help_text="YAML, as Kestra's exporter has it: asset type, and below it OpenLineage field:"
        " metadata key. See docs/exporters.md for the fields.",
    )
