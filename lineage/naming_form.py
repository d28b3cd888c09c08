"""The form of a naming rule: says what the API takes, and shows what that refuses."""

from typing import Any

from django import forms
from django.http import QueryDict

from accounts.access import Access
from catalog.models import NamingRule
from lineage.naming_bodies import (
    PATTERN_LENGTH,
    TEMPLATE_LENGTH,
    InvalidRule,
    RuleBody,
    read_rule,
)
from lineage.naming_rules import change_rule, create_rule

#: Field of the API → field of the form.
FIELDS = {"pattern": "pattern", "idTemplate": "id_template", "namespace": "namespace"}


class NamingRuleForm(forms.Form):
    pattern = forms.CharField(
        max_length=PATTERN_LENGTH,
        label="OpenLineage namespace",
        help_text="As it is sent, such as postgres://warehouse:5432. * stands for anything, ?"
        " for one character.",
    )
    id_template = forms.CharField(
        max_length=TEMPLATE_LENGTH,
        required=False,
        label="Asset id",
        help_text="Made of {namespace} and {name}; left empty, {namespace}/{name}.",
    )
    namespace = forms.CharField(max_length=150, required=False, label="Namespace")

    def __init__(
        self, kind: str, current: NamingRule | None = None, data: QueryDict | None = None
    ) -> None:
        said = {name: getattr(current, name) for name in FIELDS.values()} if current else {}
        super().__init__(data, initial=said)
        self.kind = kind
        self.current = current
        if kind == NamingRule.Kind.JOB:
            del self.fields["id_template"]
            self.fields["namespace"].help_text = "Where the flows of such jobs belong."
            self.fields["namespace"].required = True
        else:
            self.fields[
                "namespace"
            ].help_text = "Where such assets belong; left empty, the job that writes them decides."

    def save(self, access: Access) -> NamingRule | None:
        """None when something is wrong, which the form then shows. Raises PermissionError."""
        if not self.is_valid():
            return None
        try:
            body = self.body()
            if self.current:
                return change_rule(access, self.current, body)
            return create_rule(access, body)
        except InvalidRule as exc:
            for error in exc.errors:
                field = FIELDS.get(error["field"], "")
                self.add_error(field if field in self.fields else None, error["message"])
            return None

    def body(self) -> RuleBody:
        said: dict[str, Any] = {api: self.cleaned_data.get(own, "") for api, own in FIELDS.items()}
        return read_rule(said | {"kind": self.kind})
