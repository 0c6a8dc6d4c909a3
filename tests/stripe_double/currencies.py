"""What Stripe charges in: its currencies, their steps, and the least and most of one charge."""

from __future__ import annotations

from tests.stripe_double.errors import invalid

_SUPPORTED = """
aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad
cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd
hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad
mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln
pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs
uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw
"""
SUPPORTED = frozenset(_SUPPORTED.split())
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
# Whole units, but in the API hundredths of them.
STEP = dict.fromkeys(THREE_DECIMAL, 10) | {"isk": 100, "ugx": 100}

# Stripe's published list; the others have the equivalent of 0.50 USD, about.
MINIMUM = {
    "usd": 50,
    "aed": 200,
    "aud": 50,
    "bgn": 100,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "cop": 200000,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "hrk": 50,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "krw": 700,
    "kwd": 160,
    "bhd": 200,
    "jod": 360,
    "omr": 200,
    "tnd": 1550,
    "isk": 7000,
    "ugx": 190000,
}
DEFAULT_MINIMUM = 50
MAXIMUM = 99_999_999


def check_known(code: str, param: str) -> str:
    """The code in lower case."""
    if code.lower() not in SUPPORTED:
        raise invalid(
            f"Invalid currency: {code}. Stripe currently supports these currencies: …", param
        )
    return code.lower()


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Amounts that no card network could charge are refused when they are named."""
    step = STEP.get(currency, 1)
    if amount % step:
        raise invalid(
            f"Invalid amount: amounts in {currency} must be divisible by {step}.",
            param,
            "parameter_invalid_integer",
        )


def minimum(currency: str) -> int:
    return MINIMUM.get(currency, DEFAULT_MINIMUM)
