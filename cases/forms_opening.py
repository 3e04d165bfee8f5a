"""Forms with which a case begins: whose it is, and at the counter how it came and from whom."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from cases.counter import account_of
from cases.models import Case

MYSELF = "-"


class WhoseForm(forms.Form):
    """In whose name the case is filed; without an organisation there is nothing to choose."""

    use_required_attribute = False
    whose = forms.ChoiceField(label=_("Nộp hồ sơ cho ai?"), widget=forms.RadioSelect)

    def __init__(
        self, data: Any = None, *, organisations: Sequence[Organisation], person: User | None = None
    ) -> None:
        """`person`: whose account was found at the counter; None: the person who is signed in."""
        super().__init__(data)
        self.by_code = {organisation.code: organisation for organisation in organisations}
        if not organisations and person is None:
            del self.fields["whose"]
            return
        alone = person.full_name if person is not None else gettext("Cho cá nhân tôi")
        choices = [*((o.code, o.name) for o in organisations), (MYSELF, alone)]
        self.fields["whose"].choices = choices  # type: ignore[attr-defined]  # of ChoiceField

    @property
    def organisation(self) -> Organisation | None:
        """The organisation that was chosen; None: the person."""
        return self.by_code.get(self.cleaned_data.get("whose", MYSELF))


class TrackForm(forms.Form):
    """A code and a second thing."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("Mã hồ sơ hoặc mã nộp"), max_length=60, help_text=_("Ví dụ H99.14-261124-0007 hoặc N7KQ-3WDM-X9TP."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "big-code"}),
    )
    factor = forms.CharField(
        label=_("4 số cuối điện thoại, hoặc địa chỉ thư điện tử đã khai trong hồ sơ"), max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def refuse(self) -> None:
        """Say that nothing was found: the same words whichever of the two was wrong."""
        self.add_error(None, gettext("Không tìm thấy hồ sơ có mã và thông tin này. Hãy kiểm tra lại cả hai."))


class CounterForm(forms.Form):
    """What is filed at the counter, how it came, and the account of the applicant where there is one."""

    use_required_attribute = False
    procedure = forms.ChoiceField(label=_("Thủ tục"), widget=forms.RadioSelect)
    channel = forms.ChoiceField(
        label=_("Hồ sơ đến bằng cách nào?"), widget=forms.RadioSelect,
        choices=[("truc_tiep", _("Người nộp có mặt tại quầy")), ("buu_chinh", _("Qua bưu chính công ích"))],
    )
    account = forms.CharField(
        label=_("Số điện thoại, số định danh hoặc thư điện tử của người nộp"), required=False, max_length=254,
        help_text=_("Ghi đủ, để dùng lại tài khoản hoặc dữ liệu của người đã từng nộp. Người mới thì để trống."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )

    def __init__(
        self, data: Any = None, *, procedures: Sequence[tuple[str, str]],
        known: Callable[[str], Sequence[Case]] = lambda text: (), usual: str = "",
    ) -> None:  # fmt: skip
        """`known`: looks for parties who have filed before, by what was typed; `usual`: procedure to begin with."""
        super().__init__(data, initial={"procedure": usual, "channel": "truc_tiep"})
        self._known, self.parties = known, list[Case]()
        self.fields["procedure"].choices = list(procedures)  # type: ignore[attr-defined]

    def clean_account(self) -> User | None:
        text: str = self.cleaned_data["account"].strip()
        found = account_of(text)
        if text and found is None:
            self.parties = list(self._known(text))
        if text and found is None and not self.parties:
            said = gettext("Không có tài khoản nào, hoặc có nhiều tài khoản, ứng với thông tin này.")
            raise forms.ValidationError(said, code="no_account")
        return found


class PartyForm(forms.Form):
    """Which of the parties found it is; it confirms that the right one was found."""

    use_required_attribute = False
    party = forms.ChoiceField(label=_("Người nộp là ai?"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, parties: Sequence[Case]) -> None:
        super().__init__(data)
        self.by_code = {case.code: case for case in parties}
        choices = [(code, f"{case.applicant_name} ({code})") for code, case in self.by_code.items()]
        self.fields["party"].choices = choices  # type: ignore[attr-defined]  # of ChoiceField
        self.initial["party"] = choices[0][0] if len(choices) == 1 else None

    @property
    def source(self) -> Case:
        """The earlier case of the party that was chosen."""
        return self.by_code[self.cleaned_data["party"]]
