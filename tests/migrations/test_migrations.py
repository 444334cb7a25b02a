from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import func, inspect, select

from rater.storage import schema
from rater.storage.database import Base, db, writing
from rater.storage.models import Point, Study
from rater.terms import Role
from tests.builders.study import all_points, make_assignment, make_person, make_rating, make_session, make_study


def test_the_tables_are_those_of_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again_with_rows(app: Flask) -> None:
    with app.app_context():
        with writing() as session:
            study = make_study(session)
            make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
            make_rating(session, make_assignment(session, study, make_session(session, study), "R1"), all_points(study))
        with writing() as session:
            assert session.scalar(select(func.count()).select_from(Point)) == 15
        schema.downgrade(db.engine, "base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        schema.upgrade(db.engine)
        with writing() as session:
            assert session.scalar(select(func.count()).select_from(Study)) == 0
            make_study(session)
