"""A report is a visit by an inspector on a date at an address, with what was found. Other papers speak of such visits too."""

from __future__ import annotations

from datetime import date

import pytest

from tests.reports.test_own_layouts import page, read, split

JUNK = {
    "newsletter": """THE BELLINGHAM HILL NEIGHBOR
Spring 2019    Volume 12, Issue 2
Housing inspections step up
Last month city inspectors visited 41 apartments on Shawmut Street and found missing smoke detectors in nine of them.
"Landlords have to keep heat at 68 degrees," said Inspector J. Rivera on April 3, 2019.
Tenants with no heat, mice or leaking pipes can call 311.
Block party June 8 on Washington Avenue.""",
    "building permit": """CITY OF ANYWHERE
BUILDING PERMIT
Permit No. BP-19-1123    Date issued: 5/2/2019
Location: 88 Spruce Street    Map/Lot 12-40
Owner: K. Doyle    Contractor: Ace Roofing Co.
Work to be performed: strip and re-roof, replace rotted fascia and gutters
Estimated cost: $12,400    Fee: $186.00
Inspector of Buildings: T. Hale
This permit must be posted. Call for inspection before covering work.""",
    "plumbing invoice": """Bay State Plumbing & Heating
Statement
To: Harbor Realty Trust
Job address: 19 Tudor St Apt 2    Date of service: 3/11/2019
Replaced broken wax ring on toilet, leaking trap under kitchen sink repaired
Labor 3.0 hrs 285.00
Parts 41.20
Balance due upon receipt 326.20""",
    "leaflet": """Before the inspector comes
Most orders in this city are about four things: no working smoke alarm (105 CMR 410.482), a leak under the
sink (410.351), a loose railing (410.503) and mice (410.550).
Life safety within a day, nearly everything else within a month.
Help by telephone: 617-555-0142. Printed March 2018.""",
    "monthly statistics": """Inspectional Services Department
Monthly activity report - June 2019
Inspector    Initial inspections    Re-inspections    Violations cited
J. Rivera    31    14    122
M. Kowalczyk    28    19    97
No heat complaints: 4    Rodent complaints: 17    Trash complaints: 26
Total housing inspections year to date: 402""",
    "agenda": """BOARD OF HEALTH
Regular meeting, Tuesday, May 14, 2019, 6:00 PM
1. Approval of the minutes of April 9, 2019
2. Hearing: owner of 77 Marlborough Street, order to correct of March 2, 2019
3. Hearing: 41 Congress Ave, violations of 105 CMR 410.500
4. Director's report: housing inspections
5. Adjourn""",
    "complaint letter": """April 9, 2019
To whom it may concern,
I live at 31 Cary Avenue, apartment 3, and my landlord refuses to fix anything. There are roaches in the kitchen
and the bathroom ceiling is leaking. The smoke detector has been broken since February. Nobody has come to look at it.
Please send somebody to inspect as soon as possible.
Thank you,
Rosa Medina""",
    "resident e-mail": """From: Tom Baker <tbaker@example.com>
To: Inspectional Services
Sent: Monday, January 14, 2019 8:12 AM
Subject: no heat at 60 Franklin Ave
Hello, my mother at 60 Franklin Ave unit 4 has had no heat since Saturday. The radiator in the bedroom is broken.
Can an inspector come out today? Her number is 555-0123.
Tom""",
    "office e-mail": """From: Director
To: housing staff
Date: 2/4/2019
Subject: vacation coverage
J. Rivera is out 2/11 to 2/15. Maria takes the re-inspections on Broadway. Please close your open cases
for heat and hot water before the weekend. Certificates for 12 Library Street and 9 Orange Street are due Friday.""",
    "blank form": """HOUSING INSPECTION REPORT
Address: ____________________   Apt: ______
Date of inspection: ____________   Inspector: ____________________
Violation            Location            Code            Correct by
______________________________________________________________
______________________________________________________________
Signature: ____________________""",
    "instructions": """How to file a housing complaint
1. Call the Inspectional Services Department or fill in the form on the web.
2. Tell us the address, the apartment and what is wrong: no heat, no hot water, mice, leaking pipes, broken windows.
3. An inspector will visit within 24 hours for emergencies and five days for other conditions.
4. The owner will be ordered to correct violations of the State Sanitary Code, 105 CMR 410.000.
5. You may be present at the inspection.""",
    "tip sheet": """Landlord tip sheet: what inspectors look for
- Working smoke and carbon monoxide detectors on every floor (105 CMR 410.482)
- No peeling paint, holes in walls or ceilings (105 CMR 410.500)
- Handrails on all stairs (105 CMR 410.503)
- No rubbish in yards (105 CMR 410.602)
Questions? Inspectional Services, City Hall.""",
    "work order": """MAINTENANCE WORK ORDER 20931
Property: Harbor Towers, 200 Marginal Street, Unit 804
Requested 4/1/2019    Technician: Luis
Tenant reports kitchen faucet dripping and closet door off track
Completed 4/3/2019. Replaced cartridge, rehung door.""",
    "certificate": """CITY OF ANYWHERE
Certificate of Occupancy
This certifies that the premises at 15 Essex Street, Unit 2, have been inspected and comply with the building code.
Certificate No. CO-2019-88    Date issued: 7/1/2019
Use group R-2    Expires 7/1/2020""",
    "court notice": """TRIAL COURT OF THE COMMONWEALTH
Housing Court Department
Docket 19H84CV000123
Tenant v. Landlord
Notice of hearing: The parties must appear on June 3, 2019 at 9:00 AM. Bring photographs, inspection reports and witnesses
concerning conditions at 8 Chestnut Street, Apt. 1, including lack of heat and rodents.""",
    "news clipping": """By Dana Webb, Staff writer
Inspectors found 23 violations at a Broadway rooming house on Tuesday, including blocked exits and dead smoke alarms,
officials said. The building at 410 Broadway was inspected on March 5, 2019 after a complaint.
The owner has been given 30 days. Related stories: Fire on Grove Street.""",
    "insurance form": """PROPERTY LOSS NOTICE
Policy HO-339-221    Date of loss: 2/18/2019
Insured location: 44 Crescent Avenue
Description: frozen pipe burst, water damage to ceiling of first floor kitchen, plaster hanging
Adjuster: P. Lane    Inspection scheduled 2/25/2019""",
}

REPORTS = {
    "memo to file": """MEMO TO FILE
From: Insp. A. Quill
Date: 11/5/2018
Re: 14 Vale St, Apt 2
Went out today on heat complaint. 58 degrees in the living room, boiler not firing. Kitchen window will not close.
Ordered owner by phone to restore heat within 24 hours.""",
    "letter in prose": """Board of Health
October 9, 2018
Mr. H. Stone, 4 Hill Road
RE: 27 Poplar Street, Unit 3
Dear Mr. Stone:
On October 8, 2018 I inspected the above unit together with the occupant. I found that the handrail on the rear stairs is
missing and that there is no smoke detector in the hallway. Please correct these conditions within seven days.
Sincerely,
A. Quill, Health Agent""",
    "stacked form": """RENTAL UNIT INSPECTION
Location    Unit    Date    Inspector
310 Maple Street    5B    9/14/2018    A. Quill
Items failed
1. Kitchen: outlet by sink is loose, cover broken
2. Bathroom: fan does not work
3. Stairs: light out""",
    "no entry note": """Housing inspection - field note
12/3/18  50 Birch St apt 1
Insp. Quill
No entry, nobody home. Card left, will return 12/10.""",
    "clean visit": """SANITARY INSPECTION REPORT
Premises inspected: 9 Linden Court
Date: July 2, 2019
Inspected by: A. Quill
Reason: certificate of fitness
No violations were found at the time of the inspection. Certificate may be issued.""",
    "e-mail from the inspector": """From: A. Quill (Inspectional Services)
To: Harbor Realty
Date: 6/11/2019
Subject: Inspection of 71 Walnut Street, Apt 4 on 6/10/2019
Violations found:
- 410.351 kitchen faucet leaks
- 410.501 bedroom window cracked
Please repair by 6/24/2019.""",
}


@pytest.mark.parametrize("name", JUNK)
def test_papers_that_speak_of_visits_yield_no_record(name: str) -> None:
    reports, _ = read(page(JUNK[name].splitlines()))
    assert [(r.doc_type, [(x.kind, x.text("description")) for x in r.records]) for r in reports] == []


@pytest.mark.parametrize("name", REPORTS)
def test_reports_of_unseen_make(name: str) -> None:
    reports, why = read(page(REPORTS[name].splitlines()))
    assert [r.doc_type for r in reports] == ["housing_inspection"], why
    visit, found = split(reports[0])
    assert isinstance(visit.value("inspection_date"), date)
    assert "Quill" in visit.text("inspector")
    assert visit.text("address_as_written")
    expected = {"memo to file": 2, "letter in prose": 2, "stacked form": 3, "no entry note": 0, "clean visit": 0, "e-mail from the inspector": 2}
    assert len(found) == expected[name]
    result = {"no entry note": "no_entry", "clean visit": "no_violations"}.get(name, "violations")
    assert visit.text("result") == result
