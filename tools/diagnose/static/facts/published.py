"""Tables that many programs read, as their publishers describe them: what is known only afterwards, what is no feature.

A program does not name the columns that it leaves in; so a table is known by names that it does have, and what else it
holds by what was published. Sources are named with each table.
"""

import ast
import re
from dataclasses import dataclass

from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.rules.rule import Program

_ENOUGH = 2


@dataclass(frozen=True)
class Published:
    """One table."""

    name: str
    marks: frozenset[str]
    """Names of columns, values and files by which it is known: two of them, or `needs`."""
    targets: frozenset[str]
    source: str
    afterwards: frozenset[str] = frozenset()
    """Columns that are known only once the outcome is."""
    text: frozenset[str] = frozenset()
    """Which of these, and of the identifiers, are texts or dates."""
    ids: frozenset[str] = frozenset()
    """Columns that only number or name the rows."""
    texts_of_numbers: frozenset[str] = frozenset()
    """Columns of numbers that are read as text, for some are blank."""
    needs: int = _ENOUGH
    unless: frozenset[str] = frozenset()
    """Names by which a copy of the table is known that lacks those columns."""
    certain: bool = True
    """False where some copies of the table lack these columns: then they count only where the program names them."""


TABLES = (
    Published(
        "Lending Club loans",
        listed("loan_status int_rate issue_d emp_length addr_state total_pymnt")
        | frozenset({"Charged Off", "Fully Paid"}),
        listed("loan_status"),
        "Lending Club, data dictionary of its loan files: payments to date, recoveries",
        listed(
            "out_prncp out_prncp_inv total_pymnt total_pymnt_inv total_rec_prncp total_rec_int total_rec_late_fee"
            " recoveries collection_recovery_fee last_pymnt_d last_pymnt_amnt next_pymnt_d last_credit_pull_d"
            " last_fico_range_high last_fico_range_low debt_settlement_flag settlement_status settlement_amount"
            " hardship_flag hardship_status"
        ),
        listed(
            "last_pymnt_d next_pymnt_d last_credit_pull_d debt_settlement_flag settlement_status hardship_flag"
            " hardship_status"
        ),
        listed("member_id"),
        needs=3,
        unless=listed(
            "lending_club_loan_two.csv lending_club_info.csv loan_repaid address credit.policy not.fully.paid"
        ),
    ),
    Published(
        "bank marketing",
        listed("poutcome euribor3m campaign pdays contact bank-full.csv bank-additional-full.csv"),
        listed("y deposit"),
        "UCI, Bank Marketing: duration is not known before a call is performed, and should be discarded",
        listed("duration"),
        needs=2,
    ),
    Published(
        "Titanic passengers",
        listed("survived pclass embarked sibsp parch"),
        listed("survived"),
        "Vanderbilt, titanic3: boat is the lifeboat of who survived, body the number of who was found dead",
        listed("boat body alive"),
        listed("boat alive"),
        certain=False,
    ),
    Published(
        "Titanic passengers",
        listed("Survived Pclass Embarked SibSp Parch"),
        listed("Survived"),
        "Titanic: PassengerId numbers the passengers",
        ids=listed("PassengerId"),
    ),
    Published(
        "IBM employees",
        listed("Attrition YearsAtCompany MonthlyIncome JobRole OverTime BusinessTravel TotalWorkingYears"),
        listed("Attrition"),
        "IBM, HR Employee Attrition: EmployeeNumber",
        ids=listed("EmployeeNumber"),
    ),
    Published(
        "bank customers",
        listed("Exited CreditScore EstimatedSalary NumOfProducts HasCrCard Geography Churn_Modelling.csv"),
        listed("Exited"),
        "Churn_Modelling: RowNumber, CustomerId",
        ids=listed("RowNumber CustomerId"),
    ),
    Published(
        "Telco customers",
        listed("customerID Churn MonthlyCharges tenure InternetService PaperlessBilling"),
        listed("Churn"),
        "IBM, Telco Customer Churn: TotalCharges is blank for new customers",
        ids=listed("customerID"),
        text=listed("customerID"),
        texts_of_numbers=listed("TotalCharges"),
    ),
    Published(
        "houses of Ames",
        listed("SalePrice GrLivArea OverallQual Neighborhood YearBuilt LotArea LotFrontage"),
        listed("SalePrice"),
        "House Prices: Id numbers the houses; Ames data documentation: Order, PID",
        ids=listed("Id"),
    ),
    Published(
        "flowers of Iris.csv",
        listed("Iris.csv SepalLengthCm PetalLengthCm PetalWidthCm Species"),
        listed("Species"),
        "Iris.csv: Id counts the rows, which are sorted by species",
        ids=listed("Id"),
    ),
    Published(
        "hotel bookings",
        listed("is_canceled lead_time adr arrival_date_month hotel_bookings.csv"),
        listed("is_canceled"),
        "Antonio et al. 2019, Hotel booking demand datasets: reservation_status is the last status",
        listed("reservation_status reservation_status_date"),
        listed("reservation_status reservation_status_date"),
        unless=listed("booking_id Booking_ID room_changes"),
    ),
    Published(
        "rented bikes",
        listed("casual registered windspeed weathersit atemp cnt hum"),
        listed("cnt count"),
        "UCI, Bike Sharing: cnt is the sum of casual and registered",
        listed("casual registered"),
        ids=listed("instant"),
        needs=3,
    ),
    Published(
        "Kickstarter projects",
        listed("usd_pledged_real usd_goal_real main_category backers launched ks-projects-201801.csv"),
        listed("state"),
        "Kickstarter projects: pledged and backers are counted when a project ends",
        frozenset(("pledged", "backers", "usd pledged", "usd_pledged_real")),
    ),
    Published(
        "taxi trips",
        listed("trip_duration pickup_datetime pickup_longitude passenger_count vendor_id"),
        listed("trip_duration"),
        "New York City Taxi Trip Duration: dropoff_datetime is not known when a trip begins",
        listed("dropoff_datetime"),
        listed("dropoff_datetime id"),
        listed("id"),
    ),
    Published(
        "flights",
        listed("ArrDelay DepDelay UniqueCarrier CRSArrTime CRSDepTime CRSElapsedTime"),
        listed("ArrDelay ArrDel15"),
        "Bureau of Transportation Statistics, On-Time Performance: causes and actual times are of landed flights",
        listed("CarrierDelay WeatherDelay NASDelay SecurityDelay LateAircraftDelay ActualElapsedTime ArrTime TaxiIn"),
        certain=False,
    ),
    Published(
        "video games",
        listed("Global_Sales NA_Sales EU_Sales JP_Sales Other_Sales Year_of_Release Platform"),
        listed("Global_Sales"),
        "Video game sales: Global_Sales is the sum of the regions",
        listed("NA_Sales EU_Sales JP_Sales Other_Sales"),
    ),
    Published(
        "breast cancer of Wisconsin",
        listed("diagnosis radius_mean texture_mean perimeter_worst concavity_mean area_worst"),
        listed("diagnosis"),
        "UCI, Breast Cancer Wisconsin (Diagnostic): the ID number",
        ids=listed("id"),
    ),
    Published(
        "strokes",
        listed("stroke avg_glucose_level ever_married work_type smoking_status"),
        listed("stroke"),
        "Stroke Prediction: id is a unique identifier",
        ids=listed("id"),
    ),
    Published(
        "shoppers of a mall",
        frozenset(("Annual Income (k$)", "Spending Score (1-100)", "Mall_Customers.csv")),
        frozenset(),
        "Mall customers: CustomerID",
        ids=listed("CustomerID"),
    ),
)

IDENTIFIER = re.compile(
    r"^(_?id|Id|ID|PassengerId|RowNumber|row_?(id|number|num)|Unnamed: 0|EmployeeNumber|u?uid|guid"
    r"|(patient|customer|client|member|employee|loan|transaction|record|case|sample|encounter|application|applicant|person"
    r"|student|subject|account|policy|claim|passenger|borrower|order|invoice|ticket)s?_?(id|nbr|number|no))$",
    re.IGNORECASE,
)
"""Names of columns that only say which row it is."""


def texts(program: Program) -> set[str]:
    """Every text and attribute that the program mentions; of paths, the names of the files."""
    found: set[str] | None = program.__dict__.get("texts")
    if found is None:
        found = {one.value for one in program.each(ast.Constant) if isinstance(one.value, str)}
        found = {one.rpartition("/")[2] for one in found if len(one) < 200}
        found |= {one.attr for one in program.each(ast.Attribute)}
        program.__dict__["texts"] = found
    return found


def tables(program: Program) -> list[Published]:
    """The published tables that a program seems to read."""
    said = texts(program)
    return [one for one in TABLES if _certainty(one.marks & said) >= one.needs and not one.unless & said]


def _certainty(found: frozenset[str]) -> int:
    """How many names were found; the name of a file that everybody downloads counts twice."""
    return len(found) + sum(one.endswith(".csv") for one in found)
