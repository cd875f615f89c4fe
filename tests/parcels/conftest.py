from __future__ import annotations

import pytest

from extractors.parcels import Linker
from records.parcel import Parcel
from records.settings import City


def parcel(parcel_id: str, address: str, unit: str = "", owner: str = "", aliases: tuple[str, ...] = ()) -> Parcel:
    number, _, street = address.partition(" ")
    return Parcel(parcel_id, address, number, street, unit, owner, aliases=aliases)


PARCELS = (
    parcel("1-1", "12 ADDISON ST", owner="MARTINEZ ANA & JOSE"),
    parcel("1-2", "14-18 ADDISON ST", owner="HARBOR HOMES LLC"),
    parcel("1-3", "30 ADDISON ST", owner="OKAFOR GRACE TR"),
    parcel("1-3A", "30R ADDISON ST", owner="OKAFOR GRACE TR"),
    parcel("2-4", "21 LIBRARY ST", owner="SILVA PAULO"),
    parcel("2-4A", "21 1/2 LIBRARY ST", owner="SILVA MARIA"),
    parcel("3-7-1", "40 SIXTH ST", unit="1", owner="NGUYEN LAN"),
    parcel("3-7-2", "40 SIXTH ST", unit="2", owner="COSTA RUI"),
    parcel("3-8", "50 SIXTH ST", owner="FIFTY SIXTH CONDO TRUST"),
    parcel("3-8-1A", "50 SIXTH ST", unit="1A", owner="BAKER LEE"),
    parcel("3-8-1B", "50 SIXTH ST", unit="1B", owner="ADAMS KIM"),
    parcel("4-3", "100 WASHINGTON AVE", owner="FERREIRA TONY"),
    parcel("5-17", "9 WASHINGTON ST", owner="NORTH SHORE REALTY TRUST"),
    parcel("5-37", "100 WASHINGTON ST", owner="ROSSI CARLA"),
    parcel("17-5", "77 BROADWAY", owner="BELL PETER", aliases=("3 LASH ST",)),
    parcel("6-1", "62 CENTRAL AVE", owner="ONE OWNER"),
    parcel("6-1A", "62 CENTRAL AVE", owner="OTHER PERSON"),
    parcel("7-9", "41 GRAND VIEW RD", owner="HALL SUE"),
    parcel("59-10", "177 MARLBOROUGH ST", owner="DIAZ LUIS"),
)


@pytest.fixture(scope="session")
def linker() -> Linker:
    return Linker(PARCELS, (), City())
