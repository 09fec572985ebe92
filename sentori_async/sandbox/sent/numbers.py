"""Phone numbers as Sent prints them, and the countries of their calling codes."""

from __future__ import annotations

from typing import Final

import attrs

# ITU calling codes with one country each; of shared ones, such as 1 and 7, the largest stands here.
_CALLING_CODES: Final = """
1:US 7:RU 20:EG 27:ZA 30:GR 31:NL 32:BE 33:FR 34:ES 36:HU 39:IT 40:RO 41:CH 43:AT 44:GB 45:DK 46:SE
47:NO 48:PL 49:DE 51:PE 52:MX 53:CU 54:AR 55:BR 56:CL 57:CO 58:VE 60:MY 61:AU 62:ID 63:PH 64:NZ
65:SG 66:TH 81:JP 82:KR 84:VN 86:CN 90:TR 91:IN 92:PK 93:AF 94:LK 95:MM 98:IR 212:MA 213:DZ 216:TN
218:LY 220:GM 221:SN 233:GH 234:NG 237:CM 249:SD 251:ET 254:KE 255:TZ 256:UG 260:ZM 263:ZW 351:PT
352:LU 353:IE 354:IS 355:AL 356:MT 357:CY 358:FI 359:BG 370:LT 371:LV 372:EE 373:MD 374:AM 375:BY
376:AD 377:MC 380:UA 381:RS 382:ME 385:HR 386:SI 387:BA 389:MK 420:CZ 421:SK 423:LI 502:GT 503:SV
504:HN 505:NI 506:CR 507:PA 591:BO 593:EC 595:PY 598:UY 852:HK 853:MO 855:KH 856:LA 880:BD 886:TW
960:MV 961:LB 962:JO 963:SY 964:IQ 965:KW 966:SA 967:YE 968:OM 971:AE 972:IL 973:BH 974:QA 976:MN
977:NP 992:TJ 993:TM 994:AZ 995:GE 996:KG 998:UZ
"""
_COUNTRIES: Final = {
    code: country for code, _, country in (pair.partition(":") for pair in _CALLING_CODES.split())
}
_LONGEST_CODE: Final = 3


@attrs.frozen
class Number:
    """A number in all its forms; how the digits are grouped is the sample's, for every country.

    Attributes:
        e164: As ``+1234567890``.
        country_code: The calling code, or "" where it is none of the table's.
        region_code: The country, in two letters, or "".
    """

    e164: str
    country_code: str
    region_code: str

    @classmethod
    def of(cls, e164: str) -> Number:
        """Return a number written in E.164 with what follows from it."""
        digits = e164[1:]
        for length in range(1, _LONGEST_CODE + 1):
            country = _COUNTRIES.get(digits[:length])
            if country is not None:
                return cls(e164, digits[:length], country)
        return cls(e164, "", "")

    @property
    def international(self) -> str:
        """As ``+1 234-567-890``."""
        groups = "-".join(self._groups())
        return f"+{self.country_code} {groups}" if self.country_code else f"+{groups}"

    @property
    def national(self) -> str:
        """As ``(234) 567-890``."""
        first, *rest = self._groups()
        return f"({first}) {'-'.join(rest)}"

    @property
    def rfc(self) -> str:
        """As ``tel:+1-234-567-890``."""
        return f"tel:{self.international.replace(' ', '-')}"

    def _groups(self) -> list[str]:
        digits = self.e164[1 + len(self.country_code) :]
        return [group for group in (digits[:3], digits[3:6], digits[6:]) if group]
