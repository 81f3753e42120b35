"""The declarative base of every room's tables.

Times are UTC nanoseconds in BigInteger; JSON holds what is only shown.
"""

from sqlalchemy import JSON, BigInteger, MetaData
from sqlalchemy.orm import DeclarativeBase

# Named constraints let Alembic alter them on every database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Tables of all rooms; table names begin with their room's name."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigInteger, dict: JSON, list: JSON}  # noqa: RUF012  # SQLAlchemy reads it as a class attribute
