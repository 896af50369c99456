"""the club as it opens"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None


# What only grows: the database itself refuses to change or delete these rows.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END""",
    """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END""",
    """CREATE TRIGGER audit_link_no_delete BEFORE DELETE ON audit_link BEGIN SELECT RAISE(ABORT, 'audit_link is append-only'); END""",
    """CREATE TRIGGER audit_link_no_update BEFORE UPDATE ON audit_link BEGIN SELECT RAISE(ABORT, 'audit_link is append-only'); END""",
    """CREATE TRIGGER case_event_no_delete BEFORE DELETE ON case_event BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END""",
    """CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END""",
    """CREATE TRIGGER check_in_no_delete BEFORE DELETE ON check_in BEGIN SELECT RAISE(ABORT, 'check_in is append-only'); END""",
    """CREATE TRIGGER check_in_no_update BEFORE UPDATE ON check_in BEGIN SELECT RAISE(ABORT, 'check_in is append-only'); END""",
    """CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent BEGIN SELECT RAISE(ABORT, 'consent is append-only'); END""",
    """CREATE TRIGGER consent_no_update BEFORE UPDATE ON consent BEGIN SELECT RAISE(ABORT, 'consent is append-only'); END""",
    """CREATE TRIGGER evidence_record_no_delete BEFORE DELETE ON evidence_record BEGIN SELECT RAISE(ABORT, 'evidence_record is append-only'); END""",
    """CREATE TRIGGER evidence_record_no_update BEFORE UPDATE ON evidence_record BEGIN SELECT RAISE(ABORT, 'evidence_record is append-only'); END""",
    """CREATE TRIGGER factor_no_delete BEFORE DELETE ON factor BEGIN SELECT RAISE(ABORT, 'factor is append-only'); END""",
    """CREATE TRIGGER factor_no_update BEFORE UPDATE OF id, project_code, number, version, kind, title, text, distance_m, inside_red_line, source, published_on, withdrawn, reason, written_at ON factor BEGIN SELECT RAISE(ABORT, 'factor is append-only'); END""",
    """CREATE TRIGGER forecast_no_delete BEFORE DELETE ON forecast BEGIN SELECT RAISE(ABORT, 'forecast is append-only'); END""",
    """CREATE TRIGGER forecast_no_update BEFORE UPDATE ON forecast BEGIN SELECT RAISE(ABORT, 'forecast is append-only'); END""",
    """CREATE TRIGGER journal_line_no_delete BEFORE DELETE ON journal_line BEGIN SELECT RAISE(ABORT, 'journal_line is append-only'); END""",
    """CREATE TRIGGER journal_line_no_update BEFORE UPDATE ON journal_line BEGIN SELECT RAISE(ABORT, 'journal_line is append-only'); END""",
    """CREATE TRIGGER points_allocation_no_delete BEFORE DELETE ON points_allocation BEGIN SELECT RAISE(ABORT, 'points_allocation is append-only'); END""",
    """CREATE TRIGGER points_allocation_no_update BEFORE UPDATE OF entry_id, lot_id, amount ON points_allocation BEGIN SELECT RAISE(ABORT, 'points_allocation is append-only'); END""",
    """CREATE TRIGGER points_entry_no_delete BEFORE DELETE ON points_entry BEGIN SELECT RAISE(ABORT, 'points_entry is append-only'); END""",
    """CREATE TRIGGER points_entry_no_update BEFORE UPDATE ON points_entry BEGIN SELECT RAISE(ABORT, 'points_entry is append-only'); END""",
    """CREATE TRIGGER points_hold_no_delete BEFORE DELETE ON points_hold BEGIN SELECT RAISE(ABORT, 'points_hold is append-only'); END""",
    """CREATE TRIGGER points_hold_no_update BEFORE UPDATE OF id, account_id, entry_id, amount, opened_at, expires_at ON points_hold BEGIN SELECT RAISE(ABORT, 'points_hold is append-only'); END""",
    """CREATE TRIGGER points_lot_no_delete BEFORE DELETE ON points_lot BEGIN SELECT RAISE(ABORT, 'points_lot is append-only'); END""",
    """CREATE TRIGGER points_lot_no_update BEFORE UPDATE OF id, account_id, entry_id, granted, earned_at, valid_months ON points_lot BEGIN SELECT RAISE(ABORT, 'points_lot is append-only'); END""",
    """CREATE TRIGGER qualifying_entry_no_delete BEFORE DELETE ON qualifying_entry BEGIN SELECT RAISE(ABORT, 'qualifying_entry is append-only'); END""",
    """CREATE TRIGGER qualifying_entry_no_update BEFORE UPDATE ON qualifying_entry BEGIN SELECT RAISE(ABORT, 'qualifying_entry is append-only'); END""",
    """CREATE TRIGGER queue_log_no_delete BEFORE DELETE ON queue_log BEGIN SELECT RAISE(ABORT, 'queue_log is append-only'); END""",
    """CREATE TRIGGER queue_log_no_update BEFORE UPDATE ON queue_log BEGIN SELECT RAISE(ABORT, 'queue_log is append-only'); END""",
    """CREATE TRIGGER redemption_step_no_delete BEFORE DELETE ON redemption_step BEGIN SELECT RAISE(ABORT, 'redemption_step is append-only'); END""",
    """CREATE TRIGGER redemption_step_no_update BEFORE UPDATE ON redemption_step BEGIN SELECT RAISE(ABORT, 'redemption_step is append-only'); END""",
    """CREATE TRIGGER tier_event_no_delete BEFORE DELETE ON tier_event BEGIN SELECT RAISE(ABORT, 'tier_event is append-only'); END""",
    """CREATE TRIGGER tier_event_no_update BEFORE UPDATE ON tier_event BEGIN SELECT RAISE(ABORT, 'tier_event is append-only'); END""",
)
POSTGRESQL_TRIGGERS = (
    """CREATE OR REPLACE FUNCTION audit_entry_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION audit_link_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'audit_link is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION case_event_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'case_event is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION check_in_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'check_in is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION consent_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'consent is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION evidence_record_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'evidence_record is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION factor_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'factor is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION forecast_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'forecast is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION journal_line_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'journal_line is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION points_allocation_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'points_allocation is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION points_entry_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'points_entry is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION points_hold_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'points_hold is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION points_lot_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'points_lot is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION qualifying_entry_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'qualifying_entry is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION queue_log_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'queue_log is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION redemption_step_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'redemption_step is append-only'; END $function$""",
    """CREATE OR REPLACE FUNCTION tier_event_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'tier_event is append-only'; END $function$""",
    """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()""",
    """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()""",
    """CREATE TRIGGER audit_link_no_delete BEFORE DELETE ON audit_link FOR EACH ROW EXECUTE FUNCTION audit_link_refuse()""",
    """CREATE TRIGGER audit_link_no_update BEFORE UPDATE ON audit_link FOR EACH ROW EXECUTE FUNCTION audit_link_refuse()""",
    """CREATE TRIGGER case_event_no_delete BEFORE DELETE ON case_event FOR EACH ROW EXECUTE FUNCTION case_event_refuse()""",
    """CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event FOR EACH ROW EXECUTE FUNCTION case_event_refuse()""",
    """CREATE TRIGGER check_in_no_delete BEFORE DELETE ON check_in FOR EACH ROW EXECUTE FUNCTION check_in_refuse()""",
    """CREATE TRIGGER check_in_no_update BEFORE UPDATE ON check_in FOR EACH ROW EXECUTE FUNCTION check_in_refuse()""",
    """CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent FOR EACH ROW EXECUTE FUNCTION consent_refuse()""",
    """CREATE TRIGGER consent_no_update BEFORE UPDATE ON consent FOR EACH ROW EXECUTE FUNCTION consent_refuse()""",
    """CREATE TRIGGER evidence_record_no_delete BEFORE DELETE ON evidence_record FOR EACH ROW EXECUTE FUNCTION evidence_record_refuse()""",
    """CREATE TRIGGER evidence_record_no_update BEFORE UPDATE ON evidence_record FOR EACH ROW EXECUTE FUNCTION evidence_record_refuse()""",
    """CREATE TRIGGER factor_no_delete BEFORE DELETE ON factor FOR EACH ROW EXECUTE FUNCTION factor_refuse()""",
    """CREATE TRIGGER factor_no_update BEFORE UPDATE OF id, project_code, number, version, kind, title, text, distance_m, inside_red_line, source, published_on, withdrawn, reason, written_at ON factor FOR EACH ROW EXECUTE FUNCTION factor_refuse()""",
    """CREATE TRIGGER forecast_no_delete BEFORE DELETE ON forecast FOR EACH ROW EXECUTE FUNCTION forecast_refuse()""",
    """CREATE TRIGGER forecast_no_update BEFORE UPDATE ON forecast FOR EACH ROW EXECUTE FUNCTION forecast_refuse()""",
    """CREATE TRIGGER journal_line_no_delete BEFORE DELETE ON journal_line FOR EACH ROW EXECUTE FUNCTION journal_line_refuse()""",
    """CREATE TRIGGER journal_line_no_update BEFORE UPDATE ON journal_line FOR EACH ROW EXECUTE FUNCTION journal_line_refuse()""",
    """CREATE TRIGGER points_allocation_no_delete BEFORE DELETE ON points_allocation FOR EACH ROW EXECUTE FUNCTION points_allocation_refuse()""",
    """CREATE TRIGGER points_allocation_no_update BEFORE UPDATE OF entry_id, lot_id, amount ON points_allocation FOR EACH ROW EXECUTE FUNCTION points_allocation_refuse()""",
    """CREATE TRIGGER points_entry_no_delete BEFORE DELETE ON points_entry FOR EACH ROW EXECUTE FUNCTION points_entry_refuse()""",
    """CREATE TRIGGER points_entry_no_update BEFORE UPDATE ON points_entry FOR EACH ROW EXECUTE FUNCTION points_entry_refuse()""",
    """CREATE TRIGGER points_hold_no_delete BEFORE DELETE ON points_hold FOR EACH ROW EXECUTE FUNCTION points_hold_refuse()""",
    """CREATE TRIGGER points_hold_no_update BEFORE UPDATE OF id, account_id, entry_id, amount, opened_at, expires_at ON points_hold FOR EACH ROW EXECUTE FUNCTION points_hold_refuse()""",
    """CREATE TRIGGER points_lot_no_delete BEFORE DELETE ON points_lot FOR EACH ROW EXECUTE FUNCTION points_lot_refuse()""",
    """CREATE TRIGGER points_lot_no_update BEFORE UPDATE OF id, account_id, entry_id, granted, earned_at, valid_months ON points_lot FOR EACH ROW EXECUTE FUNCTION points_lot_refuse()""",
    """CREATE TRIGGER qualifying_entry_no_delete BEFORE DELETE ON qualifying_entry FOR EACH ROW EXECUTE FUNCTION qualifying_entry_refuse()""",
    """CREATE TRIGGER qualifying_entry_no_update BEFORE UPDATE ON qualifying_entry FOR EACH ROW EXECUTE FUNCTION qualifying_entry_refuse()""",
    """CREATE TRIGGER queue_log_no_delete BEFORE DELETE ON queue_log FOR EACH ROW EXECUTE FUNCTION queue_log_refuse()""",
    """CREATE TRIGGER queue_log_no_update BEFORE UPDATE ON queue_log FOR EACH ROW EXECUTE FUNCTION queue_log_refuse()""",
    """CREATE TRIGGER redemption_step_no_delete BEFORE DELETE ON redemption_step FOR EACH ROW EXECUTE FUNCTION redemption_step_refuse()""",
    """CREATE TRIGGER redemption_step_no_update BEFORE UPDATE ON redemption_step FOR EACH ROW EXECUTE FUNCTION redemption_step_refuse()""",
    """CREATE TRIGGER tier_event_no_delete BEFORE DELETE ON tier_event FOR EACH ROW EXECUTE FUNCTION tier_event_refuse()""",
    """CREATE TRIGGER tier_event_no_update BEFORE UPDATE ON tier_event FOR EACH ROW EXECUTE FUNCTION tier_event_refuse()""",
)
POSTGRESQL_FUNCTIONS = ("audit_entry_refuse", "audit_link_refuse", "case_event_refuse", "check_in_refuse", "consent_refuse", "evidence_record_refuse", "factor_refuse", "forecast_refuse", "journal_line_refuse", "points_allocation_refuse", "points_entry_refuse", "points_hold_refuse", "points_lot_refuse", "qualifying_entry_refuse", "queue_log_refuse", "redemption_step_refuse", "tier_event_refuse",)


def upgrade() -> None:
    
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('action', sa.String(length=80), nullable=False),
    sa.Column('subject_kind', sa.String(length=60), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('ix_audit_entry_action', ['action', 'id'], unique=False)
        batch_op.create_index('ix_audit_entry_actor', ['actor_kind', 'actor_id', 'id'], unique=False)
        batch_op.create_index('ix_audit_entry_subject', ['subject_kind', 'subject_id', 'id'], unique=False)

    op.create_table('board_month',
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.Column('broken', sa.Integer(), nullable=False),
    sa.Column('hidden', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('month', name=op.f('pk_board_month'))
    )
    op.create_table('board_policy',
    sa.Column('effective_from', sa.Date(), nullable=False),
    sa.Column('review_first', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('effective_from', name=op.f('pk_board_policy'))
    )
    op.create_table('calendar_day',
    sa.Column('region', sa.String(length=20), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('works', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint('region', 'day', name=op.f('pk_calendar_day'))
    )
    op.create_table('city',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('english_name', sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_city')),
    sa.UniqueConstraint('code', name=op.f('uq_city_code'))
    )
    op.create_table('clock_policy',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('clock', sa.Enum('first_reply', 'next_reply', 'call_back', 'attendance', 'solve', name='clock_code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('kind', sa.Enum('repair', 'complaint', 'enquiry', 'suggestion', name='kind', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('severity', sa.Enum('ordinary', 'important', 'hot', 'major', name='severity', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('working', sa.Boolean(), nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=False),
    sa.CheckConstraint('minutes IS NULL OR minutes > 0', name=op.f('ck_clock_policy_minutes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_policy')),
    sa.UniqueConstraint('clock', 'kind', 'severity', 'effective_from', name=op.f('uq_clock_policy_clock_kind_severity_effective_from'))
    )
    op.create_table('drawn_number',
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_drawn_number'))
    )
    op.create_table('earning_rule',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('occasion', sa.String(length=40), nullable=False),
    sa.Column('name_zh', sa.String(length=40), nullable=False),
    sa.Column('name_en', sa.String(length=60), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('per_fen', sa.BigInteger(), nullable=True),
    sa.Column('qualifying', sa.Integer(), nullable=False),
    sa.Column('qualifying_follows', sa.Boolean(), nullable=False),
    sa.Column('multiplied', sa.Boolean(), nullable=False),
    sa.Column('pending', sa.Boolean(), nullable=False),
    sa.Column('valid_months', sa.Integer(), nullable=True),
    sa.Column('limit_total', sa.Integer(), nullable=True),
    sa.Column('limit_month', sa.Integer(), nullable=True),
    sa.Column('limit_year', sa.Integer(), nullable=True),
    sa.Column('once_per_source', sa.Boolean(), nullable=False),
    sa.Column('most', sa.Integer(), nullable=True),
    sa.Column('budget_total', sa.BigInteger(), nullable=True),
    sa.Column('budget_day', sa.BigInteger(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('effective_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_by', sa.String(length=40), nullable=False),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_earning_rule_amount')),
    sa.CheckConstraint('per_fen IS NULL OR per_fen > 0', name=op.f('ck_earning_rule_per_fen')),
    sa.CheckConstraint('qualifying >= 0', name=op.f('ck_earning_rule_qualifying')),
    sa.CheckConstraint('valid_months IS NULL OR valid_months > 0', name=op.f('ck_earning_rule_valid_months')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earning_rule')),
    sa.UniqueConstraint('occasion', 'effective_from', name=op.f('uq_earning_rule_occasion_effective_from'))
    )
    op.create_table('event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('open_day', 'frame_opening', 'finished_opening', 'group_visit', 'care', 'move_in', 'dialogue', 'culture', name='event_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('title_zh', sa.String(length=80), nullable=False),
    sa.Column('title_en', sa.String(length=120), nullable=True),
    sa.Column('text_zh', sa.Text(), nullable=False),
    sa.Column('text_en', sa.Text(), nullable=True),
    sa.Column('city_code', sa.String(length=10), nullable=False),
    sa.Column('project_code', sa.String(length=20), nullable=True),
    sa.Column('audience', sa.Enum('all', 'members', 'owners', name='audience', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('address', sa.String(length=160), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancel_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=False),
    sa.Column('heads_taken', sa.Integer(), nullable=False),
    sa.Column('companions_limit', sa.Integer(), nullable=False),
    sa.Column('children_limit', sa.Integer(), nullable=True),
    sa.Column('price_points', sa.Integer(), nullable=False),
    sa.Column('grants_points', sa.Boolean(), nullable=False),
    sa.Column('tier_priority', sa.Boolean(), nullable=False),
    sa.Column('safety_notice', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('draft', 'published', 'cancelled', 'finished', name='event_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('last_queue_number', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_reason', sa.String(length=300), nullable=True),
    sa.CheckConstraint("audience <> 'owners' OR project_code IS NOT NULL", name=op.f('ck_event_owners_project')),
    sa.CheckConstraint('capacity >= 1', name=op.f('ck_event_capacity')),
    sa.CheckConstraint('companions_limit >= 0', name=op.f('ck_event_companions_limit')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_event_times')),
    sa.CheckConstraint('heads_taken >= 0 AND heads_taken <= capacity', name=op.f('ck_event_heads_taken')),
    sa.CheckConstraint('price_points >= 0', name=op.f('ck_event_price_points')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('ix_event_city_code', ['city_code', 'starts_at'], unique=False)
        batch_op.create_index('ix_event_project_code', ['project_code', 'starts_at'], unique=False)
        batch_op.create_index('ix_event_state_ends_at', ['state', 'ends_at'], unique=False)
        batch_op.create_index('ix_event_state_starts_at', ['state', 'starts_at', 'id'], unique=False)

    op.create_table('form_key',
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('purpose', sa.String(length=60), nullable=False),
    sa.Column('content', sa.String(length=64), nullable=False),
    sa.Column('result_id', sa.BigInteger(), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_form_key'))
    )
    op.create_table('job_run',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_run'))
    )
    with op.batch_alter_table('job_run', schema=None) as batch_op:
        batch_op.create_index('ix_job_run_name_started_at', ['name', 'started_at'], unique=False)

    op.create_table('ledger_import',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('file_kind', sa.String(length=8), nullable=False),
    sa.Column('file_digest', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('checking', 'checked', 'applying', 'applied', 'failed', name='import_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('actor_name', sa.String(length=100), nullable=False),
    sa.Column('city_codes', sa.Text(), nullable=False),
    sa.Column('project_codes', sa.Text(), nullable=False),
    sa.Column('everything', sa.Boolean(), nullable=False),
    sa.Column('rows_total', sa.Integer(), nullable=True),
    sa.Column('rows_done', sa.Integer(), nullable=False),
    sa.Column('fresh', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('new_homes', sa.Integer(), nullable=False),
    sa.Column('bound', sa.Integer(), nullable=False),
    sa.Column('ended', sa.Integer(), nullable=False),
    sa.Column('failure', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_import'))
    )
    op.create_table('limit_window',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'key', name=op.f('pk_limit_window'))
    )
    op.create_table('member',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('mobile', sa.String(length=20), nullable=False),
    sa.Column('mobile_tail', sa.String(length=4), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('nickname', sa.String(length=30), nullable=False),
    sa.Column('locale', sa.String(length=20), nullable=False),
    sa.Column('state', sa.Enum('active', 'archived', 'closed', name='member_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('email', sa.String(length=200), nullable=False),
    sa.Column('birth_date', sa.Date(), nullable=True),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('profile_completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('referral_code', sa.String(length=12), nullable=False),
    sa.Column('referred_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['referred_by_id'], ['member.id'], name=op.f('fk_member_referred_by_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('mobile', name=op.f('uq_member_mobile')),
    sa.UniqueConstraint('number', name=op.f('uq_member_number')),
    sa.UniqueConstraint('referral_code', name=op.f('uq_member_referral_code'))
    )
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.create_index('ix_member_mobile_tail', ['mobile_tail', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_member_referred_by_id'), ['referred_by_id'], unique=False)

    op.create_table('org_unit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('group', 'city', 'project', 'team', name='unit_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('city_code', sa.String(length=10), nullable=True),
    sa.Column('project_code', sa.String(length=30), nullable=True),
    sa.Column('parent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("(kind = 'group') = (parent_id IS NULL)", name=op.f('ck_org_unit_only_the_group_is_top')),
    sa.CheckConstraint("kind <> 'city' OR (city_code IS NOT NULL AND project_code IS NULL)", name=op.f('ck_org_unit_city_codes')),
    sa.CheckConstraint("kind <> 'group' OR (city_code IS NULL AND project_code IS NULL)", name=op.f('ck_org_unit_group_codes')),
    sa.CheckConstraint("kind <> 'project' OR (city_code IS NOT NULL AND project_code IS NOT NULL)", name=op.f('ck_org_unit_project_codes')),
    sa.ForeignKeyConstraint(['parent_id'], ['org_unit.id'], name=op.f('fk_org_unit_parent_id_org_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_org_unit'))
    )
    with op.batch_alter_table('org_unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_org_unit_parent_id'), ['parent_id'], unique=False)
        batch_op.create_index('uq_org_unit_city', ['city_code'], unique=True, sqlite_where=sa.text("kind = 'city'"), postgresql_where=sa.text("kind = 'city'"))
        batch_op.create_index('uq_org_unit_group', ['kind'], unique=True, sqlite_where=sa.text("kind = 'group'"), postgresql_where=sa.text("kind = 'group'"))
        batch_op.create_index('uq_org_unit_project', ['project_code'], unique=True, sqlite_where=sa.text("kind = 'project'"), postgresql_where=sa.text("kind = 'project'"))

    op.create_table('outbox_message',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=True),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease', sa.String(length=32), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('dead_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_message')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_message_key'))
    )
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_message_waiting', ['due_at'], unique=False, sqlite_where=sa.text('done_at IS NULL AND dead_at IS NULL'), postgresql_where=sa.text('done_at IS NULL AND dead_at IS NULL'))

    op.create_table('points_budget',
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('used', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('used >= 0', name=op.f('ck_points_budget_used')),
    sa.PrimaryKeyConstraint('subject', 'day', name=op.f('pk_points_budget'))
    )
    op.create_table('reward',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('gift', 'service_voucher', 'property_fee_voucher', 'event_place', 'purchase_benefit', name='reward_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('draft', 'published', 'withdrawn', name='reward_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('delivery', sa.Enum('pick_up', 'voucher', 'shipping', name='delivery', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name_zh', sa.String(length=60), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('description_zh', sa.Text(), nullable=False),
    sa.Column('description_en', sa.Text(), nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('stock', sa.Integer(), nullable=True),
    sa.Column('member_limit', sa.Integer(), nullable=True),
    sa.Column('tier_code', sa.String(length=20), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('desk', sa.String(length=120), nullable=False),
    sa.Column('valid_days', sa.Integer(), nullable=False),
    sa.Column('picture', sa.String(length=120), nullable=True),
    sa.Column('benefit_percent', sa.Integer(), nullable=True),
    sa.Column('benefit_fen', sa.BigInteger(), nullable=True),
    sa.Column('city_code', sa.String(length=10), nullable=True),
    sa.Column('project_code', sa.String(length=30), nullable=True),
    sa.Column('budget_total', sa.BigInteger(), nullable=True),
    sa.Column('budget_day', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at', name=op.f('ck_reward_dates')),
    sa.CheckConstraint('member_limit IS NULL OR member_limit > 0', name=op.f('ck_reward_member_limit')),
    sa.CheckConstraint('price > 0', name=op.f('ck_reward_price')),
    sa.CheckConstraint('stock IS NULL OR stock >= 0', name=op.f('ck_reward_stock')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward'))
    )
    with op.batch_alter_table('reward', schema=None) as batch_op:
        batch_op.create_index('ix_reward_catalogue', ['state', 'price', 'id'], unique=False)

    op.create_table('role',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('permissions', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role')),
    sa.UniqueConstraint('code', name=op.f('uq_role_code'))
    )
    op.create_table('search_piece',
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('piece', sa.String(length=40), nullable=False),
    sa.Column('document_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'piece', 'document_id', name=op.f('pk_search_piece'))
    )
    with op.batch_alter_table('search_piece', schema=None) as batch_op:
        batch_op.create_index('ix_search_piece_document', ['kind', 'document_id'], unique=False)

    op.create_table('sign_in',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('realm', sa.String(length=10), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=200), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_token_hash'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index('ix_sign_in_person', ['realm', 'person_id'], unique=False)

    op.create_table('sms_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mobile', sa.String(length=20), nullable=False),
    sa.Column('purpose', sa.Enum('join', 'sign_in', 'proof', name='code_purpose', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('binding', sa.String(length=64), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('tries BETWEEN 0 AND 5', name=op.f('ck_sms_code_tries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sms_code'))
    )
    with op.batch_alter_table('sms_code', schema=None) as batch_op:
        batch_op.create_index('ix_sms_code_mobile_purpose', ['mobile', 'purpose', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sms_code_sent_at'), ['sent_at'], unique=False)

    op.create_table('stored_file',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token', sa.String(length=43), nullable=False),
    sa.Column('owner_kind', sa.String(length=40), nullable=False),
    sa.Column('owner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('caption', sa.String(length=200), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file')),
    sa.UniqueConstraint('token', name=op.f('uq_stored_file_token'))
    )
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.create_index('ix_stored_file_owner', ['owner_kind', 'owner_id'], unique=False)

    op.create_table('tier',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name_zh', sa.String(length=20), nullable=False),
    sa.Column('name_en', sa.String(length=20), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('threshold', sa.Integer(), nullable=False),
    sa.Column('multiplier_percent', sa.Integer(), nullable=False),
    sa.Column('effective_from', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('multiplier_percent >= 100', name=op.f('ck_tier_multiplier_percent')),
    sa.CheckConstraint('threshold >= 0', name=op.f('ck_tier_threshold')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tier')),
    sa.UniqueConstraint('code', 'effective_from', name=op.f('uq_tier_code_effective_from'))
    )
    op.create_table('work_span',
    sa.Column('region', sa.String(length=20), nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.CheckConstraint('0 <= opens AND opens < closes AND closes <= 1440', name=op.f('ck_work_span_order')),
    sa.PrimaryKeyConstraint('region', 'effective_from', 'opens', name=op.f('pk_work_span'))
    )
    op.create_table('audit_link',
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['audit_entry.id'], name=op.f('fk_audit_link_entry_id_audit_entry')),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_audit_link')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_audit_link_entry_id'))
    )
    op.create_table('binding_attempt',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contract_key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('succeeded', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_binding_attempt_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_binding_attempt'))
    )
    with op.batch_alter_table('binding_attempt', schema=None) as batch_op:
        batch_op.create_index('ix_binding_attempt_contract_key', ['contract_key', 'at'], unique=False)
        batch_op.create_index('ix_binding_attempt_member_id', ['member_id', 'at'], unique=False)

    op.create_table('consent',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purpose', sa.Enum('membership', 'marketing', 'birthday', 'photos', 'property_company', name='purpose', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('version', sa.String(length=20), nullable=False),
    sa.Column('locale', sa.String(length=20), nullable=False),
    sa.Column('channel', sa.Enum('website', 'service_desk', name='channel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_consent_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index('ix_consent_member_purpose', ['member_id', 'purpose', 'id'], unique=False)

    op.create_table('ledger_chunk',
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['ledger_import.id'], name=op.f('fk_ledger_chunk_import_id_ledger_import')),
    sa.PrimaryKeyConstraint('import_id', 'position', name=op.f('pk_ledger_chunk'))
    )
    op.create_table('ledger_row_error',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('row_number', sa.Integer(), nullable=False),
    sa.Column('contract_number', sa.String(length=60), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['ledger_import.id'], name=op.f('fk_ledger_row_error_import_id_ledger_import')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_row_error')),
    sa.UniqueConstraint('import_id', 'row_number', name=op.f('uq_ledger_row_error_import_id_row_number'))
    )
    op.create_table('notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('url', sa.String(length=300), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_notice_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index('ix_notice_member', ['member_id', 'id'], unique=False)
        batch_op.create_index('ix_notice_unread', ['member_id'], unique=False, sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))

    op.create_table('points_account',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('available', sa.Integer(), server_default='0', nullable=False),
    sa.Column('pending', sa.Integer(), server_default='0', nullable=False),
    sa.Column('held', sa.Integer(), server_default='0', nullable=False),
    sa.Column('debt', sa.Integer(), server_default='0', nullable=False),
    sa.Column('version', sa.Integer(), server_default='0', nullable=False),
    sa.Column('last_hash', sa.String(length=64), server_default='0000000000000000000000000000000000000000000000000000000000000000', nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tier_code', sa.String(length=20), nullable=True),
    sa.Column('tier_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tier_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tier_notice_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('floor_code', sa.String(length=20), nullable=True),
    sa.Column('manual_code', sa.String(length=20), nullable=True),
    sa.Column('manual_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('available >= 0', name=op.f('ck_points_account_available')),
    sa.CheckConstraint('debt >= 0', name=op.f('ck_points_account_debt')),
    sa.CheckConstraint('held >= 0', name=op.f('ck_points_account_held')),
    sa.CheckConstraint('pending >= 0', name=op.f('ck_points_account_pending')),
    sa.CheckConstraint('version >= 0', name=op.f('ck_points_account_version')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_points_account_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_account')),
    sa.UniqueConstraint('member_id', name=op.f('uq_points_account_member_id'))
    )
    with op.batch_alter_table('points_account', schema=None) as batch_op:
        batch_op.create_index('ix_points_account_due_at_id', ['due_at', 'id'], unique=False)
        batch_op.create_index('ix_points_account_tier_until_id', ['tier_until', 'id'], unique=False)

    op.create_table('project',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('city_code', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('english_name', sa.String(length=60), nullable=False),
    sa.Column('brand', sa.String(length=60), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('hotline', sa.String(length=40), nullable=False),
    sa.Column('presale_permit', sa.String(length=100), nullable=False),
    sa.Column('stage', sa.Enum('on_sale', 'under_construction', 'handover', 'lived_in', name='stage', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['city_code'], ['city.code'], name=op.f('fk_project_city_code_city')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project')),
    sa.UniqueConstraint('code', name=op.f('uq_project_code'))
    )
    with op.batch_alter_table('project', schema=None) as batch_op:
        batch_op.create_index('ix_project_city_code', ['city_code', 'code'], unique=False)

    op.create_table('registration',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('adults', sa.Integer(), nullable=False),
    sa.Column('infants', sa.Integer(), nullable=False),
    sa.Column('preschoolers', sa.Integer(), nullable=False),
    sa.Column('pupils', sa.Integer(), nullable=False),
    sa.Column('heads', sa.Integer(), nullable=False),
    sa.Column('heads_in', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('seated', 'waiting', 'offered', 'cancelled', 'lapsed', 'attended', 'no_show', name='registration_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('queue_number', sa.Integer(), nullable=True),
    sa.Column('offer_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ticket_code', sa.String(length=12), nullable=True),
    sa.Column('terms', sa.JSON(), nullable=False),
    sa.Column('notice_accepted', sa.Boolean(), nullable=False),
    sa.Column('points_paid', sa.Integer(), nullable=False),
    sa.Column('points_spent_id', sa.BigInteger(), nullable=True),
    sa.Column('points_check_in_id', sa.BigInteger(), nullable=True),
    sa.Column('excused_reason', sa.String(length=300), nullable=True),
    sa.Column('told_sequence', sa.Integer(), nullable=False),
    sa.CheckConstraint('adults >= 1 AND infants >= 0 AND preschoolers >= 0 AND pupils >= 0', name=op.f('ck_registration_party')),
    sa.CheckConstraint('heads = adults + infants + preschoolers + pupils', name=op.f('ck_registration_heads')),
    sa.CheckConstraint('heads_in >= 0 AND heads_in <= heads', name=op.f('ck_registration_heads_in')),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_registration_event_id_event')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_registration_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registration')),
    sa.UniqueConstraint('ticket_code', name=op.f('uq_registration_ticket_code'))
    )
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.create_index('ix_registration_member', ['member_id', 'id'], unique=False)
        batch_op.create_index('ix_registration_member_state', ['member_id', 'state', 'ended_at'], unique=False)
        batch_op.create_index('ix_registration_offer', ['offer_until'], unique=False, sqlite_where=sa.text("state = 'offered'"), postgresql_where=sa.text("state = 'offered'"))
        batch_op.create_index('ix_registration_queue', ['event_id', 'state', 'priority', 'joined_at', 'id'], unique=False)
        batch_op.create_index('uq_registration_live', ['event_id', 'member_id'], unique=True, sqlite_where=sa.text("state IN ('seated', 'offered', 'attended', 'no_show', 'waiting')"), postgresql_where=sa.text("state IN ('seated', 'offered', 'attended', 'no_show', 'waiting')"))

    op.create_table('staff_person',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('login', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('title', sa.String(length=50), nullable=False),
    sa.Column('badge', sa.String(length=20), nullable=True),
    sa.Column('work_phone', sa.String(length=20), nullable=False),
    sa.Column('mail', sa.String(length=120), nullable=False),
    sa.Column('photo_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('invited', 'active', 'disabled', name='person_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('totp_secret', sa.String(length=200), nullable=True),
    sa.Column('totp_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('totp_last_step', sa.BigInteger(), nullable=False),
    sa.Column('deputy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('away_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['deputy_id'], ['staff_person.id'], name=op.f('fk_staff_person_deputy_id_staff_person')),
    sa.ForeignKeyConstraint(['photo_id'], ['stored_file.id'], name=op.f('fk_staff_person_photo_id_stored_file')),
    sa.ForeignKeyConstraint(['unit_id'], ['org_unit.id'], name=op.f('fk_staff_person_unit_id_org_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_person')),
    sa.UniqueConstraint('badge', name=op.f('uq_staff_person_badge')),
    sa.UniqueConstraint('login', name=op.f('uq_staff_person_login'))
    )
    with op.batch_alter_table('staff_person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_person_unit_id'), ['unit_id'], unique=False)

    op.create_table('check_in',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('registration_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('heads', sa.Integer(), nullable=False),
    sa.Column('nonce', sa.String(length=80), nullable=False),
    sa.Column('undoes_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=True),
    sa.Column('by_staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('heads >= 1', name=op.f('ck_check_in_heads')),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_check_in_event_id_event')),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_check_in_registration_id_registration')),
    sa.ForeignKeyConstraint(['undoes_id'], ['check_in.id'], name=op.f('fk_check_in_undoes_id_check_in')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_in')),
    sa.UniqueConstraint('nonce', name=op.f('uq_check_in_nonce')),
    sa.UniqueConstraint('undoes_id', name=op.f('uq_check_in_undoes_id'))
    )
    with op.batch_alter_table('check_in', schema=None) as batch_op:
        batch_op.create_index('ix_check_in_event', ['event_id', 'id'], unique=False)
        batch_op.create_index('ix_check_in_registration', ['registration_id', 'id'], unique=False)

    op.create_table('factor',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_code', sa.String(length=20), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('favourable', 'unfavourable', name='factor_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('distance_m', sa.Integer(), nullable=True),
    sa.Column('inside_red_line', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('withdrawn', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('distance_m IS NULL OR distance_m >= 0', name=op.f('ck_factor_distance')),
    sa.ForeignKeyConstraint(['project_code'], ['project.code'], name=op.f('fk_factor_project_code_project')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_factor')),
    sa.UniqueConstraint('project_code', 'number', 'version', name=op.f('uq_factor_project_code_number_version'))
    )
    op.create_table('phase',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_code', sa.String(length=20), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('presale_permit', sa.String(length=100), nullable=False),
    sa.Column('stage', sa.Enum('on_sale', 'under_construction', 'handover', 'lived_in', name='stage', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['project_code'], ['project.code'], name=op.f('fk_phase_project_code_project')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phase')),
    sa.UniqueConstraint('project_code', 'code', name=op.f('uq_phase_project_code_code'))
    )
    op.create_table('points_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('grant', 'spend', 'refund', 'expire', 'clawback', 'reinstate', 'hold', 'release', 'activate', 'repay', name='entry_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('moved', sa.Integer(), nullable=False),
    sa.Column('balance', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('content', sa.String(length=64), nullable=False),
    sa.Column('source_type', sa.String(length=40), nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('occasion', sa.String(length=40), nullable=True),
    sa.Column('qualifying', sa.Integer(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('reverses_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint("(kind IN ('hold', 'release', 'activate', 'repay')) = (amount = 0)", name=op.f('ck_points_entry_amount')),
    sa.CheckConstraint("kind NOT IN ('grant', 'refund', 'reinstate') OR amount > 0", name=op.f('ck_points_entry_credit')),
    sa.CheckConstraint("kind NOT IN ('spend', 'expire', 'clawback') OR amount < 0", name=op.f('ck_points_entry_debit')),
    sa.CheckConstraint('qualifying >= 0', name=op.f('ck_points_entry_qualifying')),
    sa.ForeignKeyConstraint(['account_id'], ['points_account.id'], name=op.f('fk_points_entry_account_id_points_account')),
    sa.ForeignKeyConstraint(['reverses_id'], ['points_entry.id'], name=op.f('fk_points_entry_reverses_id_points_entry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_entry')),
    sa.UniqueConstraint('account_id', 'number', name=op.f('uq_points_entry_account_id_number')),
    sa.UniqueConstraint('key', name=op.f('uq_points_entry_key'))
    )
    with op.batch_alter_table('points_entry', schema=None) as batch_op:
        batch_op.create_index('ix_points_entry_earned', ['account_id', 'occasion', 'occurred_at'], unique=False)
        batch_op.create_index('ix_points_entry_reverses_id', ['reverses_id'], unique=False, sqlite_where=sa.text('reverses_id IS NOT NULL'), postgresql_where=sa.text('reverses_id IS NOT NULL'))
        batch_op.create_index('ix_points_entry_source', ['source_type', 'source_id'], unique=False)

    op.create_table('project_reading',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_code', sa.String(length=20), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_project_reading_member_id_member')),
    sa.ForeignKeyConstraint(['project_code'], ['project.code'], name=op.f('fk_project_reading_project_code_project')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_reading')),
    sa.UniqueConstraint('member_id', 'project_code', 'version', name=op.f('uq_project_reading_member_id_project_code_version'))
    )
    op.create_table('queue_log',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('registration_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('queue_number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('step', sa.Enum('joined', 'offered', 'skipped', 'accepted', 'declined', 'lapsed', 'left', 'passed', name='queue_step', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('heads', sa.Integer(), nullable=False),
    sa.Column('heads_free', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_queue_log_event_id_event')),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_queue_log_registration_id_registration')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_queue_log'))
    )
    with op.batch_alter_table('queue_log', schema=None) as batch_op:
        batch_op.create_index('ix_queue_log_event', ['event_id', 'id'], unique=False)

    op.create_table('role_grant',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('role_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('given_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('until_at IS NULL OR until_at >= from_at', name=op.f('ck_role_grant_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['staff_person.id'], name=op.f('fk_role_grant_approved_by_id_staff_person')),
    sa.ForeignKeyConstraint(['given_by_id'], ['staff_person.id'], name=op.f('fk_role_grant_given_by_id_staff_person')),
    sa.ForeignKeyConstraint(['person_id'], ['staff_person.id'], name=op.f('fk_role_grant_person_id_staff_person')),
    sa.ForeignKeyConstraint(['role_id'], ['role.id'], name=op.f('fk_role_grant_role_id_role')),
    sa.ForeignKeyConstraint(['unit_id'], ['org_unit.id'], name=op.f('fk_role_grant_unit_id_org_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant'))
    )
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_grant_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_role_grant_role_unit', ['role_id', 'unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_role_grant_unit_id'), ['unit_id'], unique=False)
        batch_op.create_index('uq_role_grant_open', ['person_id', 'role_id', 'unit_id'], unique=True, sqlite_where=sa.text('until_at IS NULL'), postgresql_where=sa.text('until_at IS NULL'))

    op.create_table('staff_invitation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['staff_person.id'], name=op.f('fk_staff_invitation_person_id_staff_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_invitation')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_staff_invitation_token_hash'))
    )
    with op.batch_alter_table('staff_invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_invitation_person_id'), ['person_id'], unique=False)

    op.create_table('staff_proposal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('city_code', sa.String(length=10), nullable=True),
    sa.Column('project_code', sa.String(length=30), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('proposed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('open', 'approved', 'declined', 'withdrawn', name='proposal_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.String(length=500), nullable=False),
    sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id OR state = 'withdrawn'", name=op.f('ck_staff_proposal_two_people')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['staff_person.id'], name=op.f('fk_staff_proposal_decided_by_id_staff_person')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['staff_person.id'], name=op.f('fk_staff_proposal_proposed_by_id_staff_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_proposal'))
    )
    with op.batch_alter_table('staff_proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_proposal_proposed_by_id'), ['proposed_by_id'], unique=False)
        batch_op.create_index('ix_staff_proposal_state_id', ['state', 'id'], unique=False)
        batch_op.create_index('uq_staff_proposal_open', ['digest'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('staff_recovery_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mark', sa.String(length=4), nullable=False),
    sa.Column('hash', sa.String(length=200), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['staff_person.id'], name=op.f('fk_staff_recovery_code_person_id_staff_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_recovery_code')),
    sa.UniqueConstraint('person_id', 'mark', name=op.f('uq_staff_recovery_code_person_id_mark'))
    )
    op.create_table('tier_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_code', sa.String(length=20), nullable=True),
    sa.Column('from_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('to_code', sa.String(length=20), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cause', sa.Enum('reached', 'floor', 'renewed', 'reviewed', 'reversed', 'manual', name='tier_cause', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('qualifying', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['points_account.id'], name=op.f('fk_tier_event_account_id_points_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tier_event'))
    )
    with op.batch_alter_table('tier_event', schema=None) as batch_op:
        batch_op.create_index('ix_tier_event_account_id_id', ['account_id', 'id'], unique=False)

    op.create_table('building',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('phase_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_code', sa.String(length=20), nullable=False),
    sa.Column('city_code', sa.String(length=8), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('number', sa.String(length=8), nullable=False),
    sa.Column('habit', sa.Enum('dong', 'hao', 'zuo', 'hong_kong', name='habit', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('floors', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['city_code'], ['city.code'], name=op.f('fk_building_city_code_city')),
    sa.ForeignKeyConstraint(['phase_id'], ['phase.id'], name=op.f('fk_building_phase_id_phase')),
    sa.ForeignKeyConstraint(['project_code'], ['project.code'], name=op.f('fk_building_project_code_project')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_building')),
    sa.UniqueConstraint('code', name=op.f('uq_building_code')),
    sa.UniqueConstraint('phase_id', 'number', name=op.f('uq_building_phase_id_number'))
    )
    with op.batch_alter_table('building', schema=None) as batch_op:
        batch_op.create_index('ix_building_project_code', ['project_code', 'code'], unique=False)

    op.create_table('journal_line',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('book', sa.Enum('available', 'pending', 'held', 'debt', 'issued', 'redeemed', 'expired', 'clawed_back', name='book', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_journal_line_amount')),
    sa.ForeignKeyConstraint(['entry_id'], ['points_entry.id'], name=op.f('fk_journal_line_entry_id_points_entry')),
    sa.PrimaryKeyConstraint('entry_id', 'book', name=op.f('pk_journal_line'))
    )
    op.create_table('points_adjustment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('given_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('given_by', sa.String(length=60), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved_by', sa.String(length=60), nullable=True),
    sa.CheckConstraint('amount > 0', name=op.f('ck_points_adjustment_amount')),
    sa.CheckConstraint('approved_by_id IS NULL OR approved_by_id <> given_by_id', name=op.f('ck_points_adjustment_second_person')),
    sa.ForeignKeyConstraint(['entry_id'], ['points_entry.id'], name=op.f('fk_points_adjustment_entry_id_points_entry')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_points_adjustment_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_adjustment')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_points_adjustment_entry_id'))
    )
    with op.batch_alter_table('points_adjustment', schema=None) as batch_op:
        batch_op.create_index('ix_points_adjustment_member_id_id', ['member_id', 'id'], unique=False)

    op.create_table('points_hold',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('committed', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'committed', 'released', 'expired', name='hold_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f('ck_points_hold_ended_at')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_points_hold_amount')),
    sa.CheckConstraint('committed >= 0 AND committed <= amount', name=op.f('ck_points_hold_committed')),
    sa.ForeignKeyConstraint(['account_id'], ['points_account.id'], name=op.f('fk_points_hold_account_id_points_account')),
    sa.ForeignKeyConstraint(['entry_id'], ['points_entry.id'], name=op.f('fk_points_hold_entry_id_points_entry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_hold')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_points_hold_entry_id'))
    )
    with op.batch_alter_table('points_hold', schema=None) as batch_op:
        batch_op.create_index('ix_points_hold_open', ['account_id', 'expires_at'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('points_lot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('granted', sa.Integer(), nullable=False),
    sa.Column('remaining', sa.Integer(), nullable=False),
    sa.Column('pending', sa.Boolean(), nullable=False),
    sa.Column('earned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('available_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('valid_months', sa.Integer(), nullable=True),
    sa.CheckConstraint('expires_at IS NULL OR expires_at > available_from', name=op.f('ck_points_lot_expires_at')),
    sa.CheckConstraint('granted > 0', name=op.f('ck_points_lot_granted')),
    sa.CheckConstraint('pending OR available_from IS NOT NULL', name=op.f('ck_points_lot_available_from')),
    sa.CheckConstraint('remaining >= 0 AND remaining <= granted', name=op.f('ck_points_lot_remaining')),
    sa.ForeignKeyConstraint(['account_id'], ['points_account.id'], name=op.f('fk_points_lot_account_id_points_account')),
    sa.ForeignKeyConstraint(['entry_id'], ['points_entry.id'], name=op.f('fk_points_lot_entry_id_points_entry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_lot'))
    )
    with op.batch_alter_table('points_lot', schema=None) as batch_op:
        batch_op.create_index('ix_points_lot_entry_id', ['entry_id'], unique=False)
        batch_op.create_index('ix_points_lot_open', ['account_id'], unique=False, sqlite_where=sa.text('remaining > 0'), postgresql_where=sa.text('remaining > 0'))

    op.create_table('qualifying_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reverses_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('counts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_qualifying_entry_amount')),
    sa.ForeignKeyConstraint(['account_id'], ['points_account.id'], name=op.f('fk_qualifying_entry_account_id_points_account')),
    sa.ForeignKeyConstraint(['entry_id'], ['points_entry.id'], name=op.f('fk_qualifying_entry_entry_id_points_entry')),
    sa.ForeignKeyConstraint(['reverses_id'], ['points_entry.id'], name=op.f('fk_qualifying_entry_reverses_id_points_entry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qualifying_entry')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_qualifying_entry_entry_id'))
    )
    with op.batch_alter_table('qualifying_entry', schema=None) as batch_op:
        batch_op.create_index('ix_qualifying_entry_account_id_counts_at', ['account_id', 'counts_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_qualifying_entry_reverses_id'), ['reverses_id'], unique=False)

    op.create_table('redemption',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.Enum('ordered', 'ready', 'handed_over', 'shipped', 'received', 'cancelled', 'lapsed', name='redemption_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('city_code', sa.String(length=10), nullable=True),
    sa.Column('project_code', sa.String(length=30), nullable=True),
    sa.Column('ordered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('usable_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tracking', sa.String(length=60), nullable=True),
    sa.Column('used_for', sa.String(length=120), nullable=True),
    sa.CheckConstraint('points > 0', name=op.f('ck_redemption_points')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_redemption_quantity')),
    sa.ForeignKeyConstraint(['entry_id'], ['points_entry.id'], name=op.f('fk_redemption_entry_id_points_entry')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_redemption_member_id_member')),
    sa.ForeignKeyConstraint(['reward_id'], ['reward.id'], name=op.f('fk_redemption_reward_id_reward')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redemption')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_redemption_entry_id')),
    sa.UniqueConstraint('number', name=op.f('uq_redemption_number'))
    )
    with op.batch_alter_table('redemption', schema=None) as batch_op:
        batch_op.create_index('ix_redemption_due', ['state', 'usable_until'], unique=False)
        batch_op.create_index('ix_redemption_member_id_id', ['member_id', 'id'], unique=False)
        batch_op.create_index('ix_redemption_member_id_reward_id', ['member_id', 'reward_id'], unique=False)
        batch_op.create_index('ix_redemption_queue', ['state', 'ordered_at', 'id'], unique=False)
        batch_op.create_index('ix_redemption_reward_id', ['reward_id'], unique=False)

    op.create_table('home',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('building_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_code', sa.String(length=20), nullable=False),
    sa.Column('city_code', sa.String(length=8), nullable=False),
    sa.Column('unit', sa.String(length=8), nullable=True),
    sa.Column('floor', sa.Integer(), nullable=False),
    sa.Column('room', sa.String(length=12), nullable=False),
    sa.Column('label', sa.String(length=60), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('short_key', sa.String(length=40), nullable=False),
    sa.Column('stage', sa.Enum('on_sale', 'under_construction', 'handover', 'lived_in', name='stage', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('agreed_handover_on', sa.Date(), nullable=True),
    sa.Column('handed_over_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_home_building_id_building')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_home')),
    sa.UniqueConstraint('code', name=op.f('uq_home_code'))
    )
    with op.batch_alter_table('home', schema=None) as batch_op:
        batch_op.create_index('ix_home_building_id', ['building_id', 'code'], unique=False)
        batch_op.create_index('ix_home_city_code', ['city_code', 'code'], unique=False)
        batch_op.create_index('ix_home_key', ['key', 'code'], unique=False)
        batch_op.create_index('ix_home_project_code', ['project_code', 'code'], unique=False)
        batch_op.create_index('ix_home_room', ['room', 'code'], unique=False)
        batch_op.create_index('ix_home_short_key', ['short_key', 'code'], unique=False)

    op.create_table('milestone',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('building_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('foundation', 'structure', 'topped_out', 'facade', 'installation', 'fitting_out', 'landscape', 'acceptance', 'handover', name='milestone_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=False),
    sa.Column('reached_on', sa.Date(), nullable=True),
    sa.Column('floors_done', sa.Integer(), nullable=False),
    sa.Column('evidence', sa.String(length=200), nullable=False),
    sa.CheckConstraint('floors_done >= 0', name=op.f('ck_milestone_floors')),
    sa.CheckConstraint('weight BETWEEN 0 AND 100', name=op.f('ck_milestone_weight')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_milestone_building_id_building')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_milestone')),
    sa.UniqueConstraint('building_id', 'kind', name=op.f('uq_milestone_building_id_kind'))
    )
    op.create_table('pick_up_code',
    sa.Column('redemption_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('void_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['redemption_id'], ['redemption.id'], name=op.f('fk_pick_up_code_redemption_id_redemption')),
    sa.PrimaryKeyConstraint('redemption_id', name=op.f('pk_pick_up_code')),
    sa.UniqueConstraint('code', name=op.f('uq_pick_up_code_code'))
    )
    op.create_table('points_allocation',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('returned', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_points_allocation_amount')),
    sa.CheckConstraint('returned >= 0 AND returned <= amount', name=op.f('ck_points_allocation_returned')),
    sa.ForeignKeyConstraint(['entry_id'], ['points_entry.id'], name=op.f('fk_points_allocation_entry_id_points_entry')),
    sa.ForeignKeyConstraint(['lot_id'], ['points_lot.id'], name=op.f('fk_points_allocation_lot_id_points_lot')),
    sa.PrimaryKeyConstraint('entry_id', 'lot_id', name=op.f('pk_points_allocation'))
    )
    with op.batch_alter_table('points_allocation', schema=None) as batch_op:
        batch_op.create_index('ix_points_allocation_lot_id', ['lot_id'], unique=False)

    op.create_table('redemption_step',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('redemption_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('ordered', 'ready', 'handed_over', 'shipped', 'received', 'cancelled', 'lapsed', name='redemption_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=40), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['redemption_id'], ['redemption.id'], name=op.f('fk_redemption_step_redemption_id_redemption')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redemption_step'))
    )
    with op.batch_alter_table('redemption_step', schema=None) as batch_op:
        batch_op.create_index('ix_redemption_step_redemption_id_id', ['redemption_id', 'id'], unique=False)

    op.create_table('construction_update',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_code', sa.String(length=20), nullable=False),
    sa.Column('city_code', sa.String(length=8), nullable=False),
    sa.Column('building_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('home_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('audience', sa.Enum('public', 'project', 'building', 'home', name='audience', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('draft', 'reviewed', 'published', 'withdrawn', name='update_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('taken_on', sa.Date(), nullable=False),
    sa.Column('viewpoint', sa.String(length=60), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=True),
    sa.Column('percent_rule', sa.String(length=300), nullable=False),
    sa.Column('written_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reviewed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(length=200), nullable=False),
    sa.Column('told_until', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint("audience <> 'home' OR home_id IS NOT NULL", name=op.f('ck_construction_update_home_named')),
    sa.CheckConstraint("audience IN ('public', 'project') OR building_id IS NOT NULL", name=op.f('ck_construction_update_building_named')),
    sa.CheckConstraint('percent IS NULL OR percent BETWEEN 0 AND 100', name=op.f('ck_construction_update_percent')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_construction_update_building_id_building')),
    sa.ForeignKeyConstraint(['city_code'], ['city.code'], name=op.f('fk_construction_update_city_code_city')),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_construction_update_home_id_home')),
    sa.ForeignKeyConstraint(['project_code'], ['project.code'], name=op.f('fk_construction_update_project_code_project')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_construction_update'))
    )
    with op.batch_alter_table('construction_update', schema=None) as batch_op:
        batch_op.create_index('ix_construction_update_building', ['building_id', 'state', 'published_at', 'id'], unique=False)
        batch_op.create_index('ix_construction_update_project', ['project_code', 'state', 'published_at', 'id'], unique=False)

    op.create_table('contract',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('home_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('agreed_handover_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('active', 'cancelled', 'resold', name='contract_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_contract_home_id_home')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contract')),
    sa.UniqueConstraint('number', name=op.f('uq_contract_number'))
    )
    with op.batch_alter_table('contract', schema=None) as batch_op:
        batch_op.create_index('ix_contract_home_id', ['home_id', 'signed_on'], unique=False)
        batch_op.create_index('uq_contract_active_home', ['home_id'], unique=True, sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"))

    op.create_table('forecast',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('milestone_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stated_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['milestone_id'], ['milestone.id'], name=op.f('fk_forecast_milestone_id_milestone')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forecast'))
    )
    with op.batch_alter_table('forecast', schema=None) as batch_op:
        batch_op.create_index('ix_forecast_milestone_id', ['milestone_id', 'id'], unique=False)

    op.create_table('service_case',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.Enum('repair', 'complaint', 'enquiry', 'suggestion', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('new', 'open', 'waiting_member', 'waiting_other', 'deferred', 'resolved', 'closed', 'cancelled', 'declined', 'merged', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('severity', sa.Enum('ordinary', 'important', 'hot', 'major', name='severity', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('visibility', sa.Enum('private', 'waiting', 'public', 'hidden', name='visibility', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('evidence_step', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('home_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('place', sa.String(length=160), nullable=False),
    sa.Column('project_name', sa.String(length=80), nullable=False),
    sa.Column('city_code', sa.String(length=10), nullable=True),
    sa.Column('project_code', sa.String(length=30), nullable=True),
    sa.Column('room', sa.String(length=30), nullable=True),
    sa.Column('part', sa.String(length=30), nullable=True),
    sa.Column('fault', sa.String(length=30), nullable=True),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('wish', sa.Enum('repair', 'explanation', 'apology', 'compensation', 'process', 'other', name='wish', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('channel', sa.Enum('site', 'board', 'phone', 'counter', 'other', name='channel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('preferred', sa.JSON(), nullable=False),
    sa.Column('may_enter', sa.Boolean(), nullable=False),
    sa.Column('emergency', sa.Boolean(), nullable=False),
    sa.Column('uttered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_by_staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('assignee_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('escalation_level', sa.Integer(), nullable=False),
    sa.Column('quiet_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('waits_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.Column('rating', sa.Integer(), nullable=True),
    sa.Column('rating_words', sa.Text(), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('board_title', sa.String(length=80), nullable=False),
    sa.Column('board_text', sa.Text(), nullable=False),
    sa.Column('board_author', sa.String(length=50), nullable=False),
    sa.Column('hidden_reason', sa.Enum('personal_data', 'insult', 'third_party_photo', 'spam', 'law', name='hidden_reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('hidden_words', sa.Text(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('first_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_replied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('promise_counted', sa.String(length=10), nullable=False),
    sa.Column('next_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_due_clock', sa.String(length=20), nullable=False),
    sa.Column('next_mark_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('frozen_clocks', sa.JSON(none_as_null=True), nullable=True),
    sa.CheckConstraint("(visibility = 'hidden') = (hidden_reason IS NOT NULL)", name=op.f('ck_service_case_hidden_for_a_reason')),
    sa.CheckConstraint("visibility = 'private' OR posted_at IS NOT NULL", name=op.f('ck_service_case_only_posts_are_public')),
    sa.CheckConstraint('rating IS NULL OR rating BETWEEN 1 AND 5', name=op.f('ck_service_case_rating')),
    sa.ForeignKeyConstraint(['assignee_id'], ['staff_person.id'], name=op.f('fk_service_case_assignee_id_staff_person')),
    sa.ForeignKeyConstraint(['filed_by_staff_id'], ['staff_person.id'], name=op.f('fk_service_case_filed_by_staff_id_staff_person')),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_service_case_home_id_home')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_service_case_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_case')),
    sa.UniqueConstraint('number', name=op.f('uq_service_case_number'))
    )
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.create_index('ix_service_case_assignee', ['assignee_id', 'is_active', 'next_due_at', 'id'], unique=False)
        batch_op.create_index('ix_service_case_board', ['visibility', 'posted_at', 'id'], unique=False, sqlite_where=sa.text('posted_at IS NOT NULL'), postgresql_where=sa.text('posted_at IS NOT NULL'))
        batch_op.create_index('ix_service_case_board_project', ['project_code', 'visibility', 'posted_at', 'id'], unique=False, sqlite_where=sa.text('posted_at IS NOT NULL'), postgresql_where=sa.text('posted_at IS NOT NULL'))
        batch_op.create_index('ix_service_case_board_unanswered', ['visibility', 'posted_at', 'id'], unique=False, sqlite_where=sa.text('posted_at IS NOT NULL AND first_replied_at IS NULL'), postgresql_where=sa.text('posted_at IS NOT NULL AND first_replied_at IS NULL'))
        batch_op.create_index('ix_service_case_city', ['city_code', 'is_active', 'next_due_at', 'id'], unique=False)
        batch_op.create_index('ix_service_case_home_id', ['home_id', 'id'], unique=False)
        batch_op.create_index('ix_service_case_mark', ['next_mark_at'], unique=False, sqlite_where=sa.text('next_mark_at IS NOT NULL'), postgresql_where=sa.text('next_mark_at IS NOT NULL'))
        batch_op.create_index('ix_service_case_member_id', ['member_id', 'id'], unique=False)
        batch_op.create_index('ix_service_case_project', ['project_code', 'is_active', 'next_due_at', 'id'], unique=False)
        batch_op.create_index('ix_service_case_queue', ['is_active', 'next_due_at', 'id'], unique=False)
        batch_op.create_index('ix_service_case_quiet', ['status', 'quiet_since'], unique=False)
        batch_op.create_index('ix_service_case_status', ['status', 'next_due_at', 'id'], unique=False)
        batch_op.create_index('ix_service_case_wakes', ['status', 'waits_until'], unique=False)

    op.create_table('appointment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('worker', sa.String(length=60), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('begins_at < ends_at', name=op.f('ck_appointment_begins_before_it_ends')),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_appointment_case_id_service_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment'))
    )
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.create_index('ix_appointment_case_id', ['case_id', 'id'], unique=False)

    op.create_table('buyer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contract_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('mobile', sa.String(length=20), nullable=True),
    sa.Column('id_hash', sa.String(length=64), nullable=True),
    sa.Column('is_company', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], name=op.f('fk_buyer_contract_id_contract')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_buyer')),
    sa.UniqueConstraint('contract_id', 'position', name=op.f('uq_buyer_contract_id_position'))
    )
    with op.batch_alter_table('buyer', schema=None) as batch_op:
        batch_op.create_index('ix_buyer_mobile', ['mobile'], unique=False)

    op.create_table('case_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('filed', 'reply', 'question', 'result', 'refusal', 'call', 'note', 'message', 'automatic', 'status', 'assigned', 'classed', 'step', 'appointed', 'arrived', 'hidden', 'restored', 'escalated', 'rated', name='event_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('audience', sa.Enum('member', 'staff', name='audience', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('actor_name', sa.String(length=60), nullable=False),
    sa.Column('identity', sa.Enum('specialist', 'manager', 'expert', 'company', name='identity', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('board_text', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('new', 'open', 'waiting_member', 'waiting_other', 'deferred', 'resolved', 'closed', 'cancelled', 'declined', 'merged', name='status', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('severity', sa.Enum('ordinary', 'important', 'hot', 'major', name='severity', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_case_event_case_id_service_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_event'))
    )
    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.create_index('ix_case_event_case_id', ['case_id', 'at', 'id'], unique=False)

    op.create_table('escalation_mark',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('clock', sa.Enum('first_reply', 'next_reply', 'call_back', 'attendance', 'solve', name='clock_code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('cycle', sa.Integer(), nullable=False),
    sa.Column('mark', sa.Integer(), nullable=False),
    sa.Column('reached_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fired_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_escalation_mark_case_id_service_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_escalation_mark')),
    sa.UniqueConstraint('case_id', 'clock', 'cycle', 'mark', name=op.f('uq_escalation_mark_case_id_clock_cycle_mark'))
    )
    op.create_table('evidence_record',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('actor_name', sa.String(length=60), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('step BETWEEN 1 AND 8', name=op.f('ck_evidence_record_step')),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_evidence_record_case_id_service_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_record'))
    )
    with op.batch_alter_table('evidence_record', schema=None) as batch_op:
        batch_op.create_index('ix_evidence_record_case_id', ['case_id', 'step'], unique=False)

    op.create_table('ownership',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('home_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contract_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('buyer_position', sa.Integer(), nullable=True),
    sa.Column('role', sa.Enum('owner', 'co_owner', 'family', 'tenant', name='role', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('bound_by', sa.Enum('mobile', 'contract', 'staff', 'invitation', name='bound_by', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], name=op.f('fk_ownership_contract_id_contract')),
    sa.ForeignKeyConstraint(['home_id'], ['home.id'], name=op.f('fk_ownership_home_id_home')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_ownership_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ownership'))
    )
    with op.batch_alter_table('ownership', schema=None) as batch_op:
        batch_op.create_index('ix_ownership_member_id', ['member_id', 'id'], unique=False)
        batch_op.create_index('uq_ownership_buyer', ['contract_id', 'buyer_position'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.create_index('uq_ownership_current', ['home_id', 'member_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if on_sqlite else POSTGRESQL_TRIGGERS:
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if not on_sqlite else statement)


def downgrade() -> None:
    
    with op.batch_alter_table('ownership', schema=None) as batch_op:
        batch_op.drop_index('uq_ownership_current', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('uq_ownership_buyer', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_ownership_member_id')

    op.drop_table('ownership')
    with op.batch_alter_table('evidence_record', schema=None) as batch_op:
        batch_op.drop_index('ix_evidence_record_case_id')

    op.drop_table('evidence_record')
    op.drop_table('escalation_mark')
    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.drop_index('ix_case_event_case_id')

    op.drop_table('case_event')
    with op.batch_alter_table('buyer', schema=None) as batch_op:
        batch_op.drop_index('ix_buyer_mobile')

    op.drop_table('buyer')
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_index('ix_appointment_case_id')

    op.drop_table('appointment')
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.drop_index('ix_service_case_wakes')
        batch_op.drop_index('ix_service_case_status')
        batch_op.drop_index('ix_service_case_quiet')
        batch_op.drop_index('ix_service_case_queue')
        batch_op.drop_index('ix_service_case_project')
        batch_op.drop_index('ix_service_case_member_id')
        batch_op.drop_index('ix_service_case_mark', sqlite_where=sa.text('next_mark_at IS NOT NULL'), postgresql_where=sa.text('next_mark_at IS NOT NULL'))
        batch_op.drop_index('ix_service_case_home_id')
        batch_op.drop_index('ix_service_case_city')
        batch_op.drop_index('ix_service_case_board_unanswered', sqlite_where=sa.text('posted_at IS NOT NULL AND first_replied_at IS NULL'), postgresql_where=sa.text('posted_at IS NOT NULL AND first_replied_at IS NULL'))
        batch_op.drop_index('ix_service_case_board_project', sqlite_where=sa.text('posted_at IS NOT NULL'), postgresql_where=sa.text('posted_at IS NOT NULL'))
        batch_op.drop_index('ix_service_case_board', sqlite_where=sa.text('posted_at IS NOT NULL'), postgresql_where=sa.text('posted_at IS NOT NULL'))
        batch_op.drop_index('ix_service_case_assignee')

    op.drop_table('service_case')
    with op.batch_alter_table('forecast', schema=None) as batch_op:
        batch_op.drop_index('ix_forecast_milestone_id')

    op.drop_table('forecast')
    with op.batch_alter_table('contract', schema=None) as batch_op:
        batch_op.drop_index('uq_contract_active_home', sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"))
        batch_op.drop_index('ix_contract_home_id')

    op.drop_table('contract')
    with op.batch_alter_table('construction_update', schema=None) as batch_op:
        batch_op.drop_index('ix_construction_update_project')
        batch_op.drop_index('ix_construction_update_building')

    op.drop_table('construction_update')
    with op.batch_alter_table('redemption_step', schema=None) as batch_op:
        batch_op.drop_index('ix_redemption_step_redemption_id_id')

    op.drop_table('redemption_step')
    with op.batch_alter_table('points_allocation', schema=None) as batch_op:
        batch_op.drop_index('ix_points_allocation_lot_id')

    op.drop_table('points_allocation')
    op.drop_table('pick_up_code')
    op.drop_table('milestone')
    with op.batch_alter_table('home', schema=None) as batch_op:
        batch_op.drop_index('ix_home_short_key')
        batch_op.drop_index('ix_home_room')
        batch_op.drop_index('ix_home_project_code')
        batch_op.drop_index('ix_home_key')
        batch_op.drop_index('ix_home_city_code')
        batch_op.drop_index('ix_home_building_id')

    op.drop_table('home')
    with op.batch_alter_table('redemption', schema=None) as batch_op:
        batch_op.drop_index('ix_redemption_reward_id')
        batch_op.drop_index('ix_redemption_queue')
        batch_op.drop_index('ix_redemption_member_id_reward_id')
        batch_op.drop_index('ix_redemption_member_id_id')
        batch_op.drop_index('ix_redemption_due')

    op.drop_table('redemption')
    with op.batch_alter_table('qualifying_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_qualifying_entry_reverses_id'))
        batch_op.drop_index('ix_qualifying_entry_account_id_counts_at')

    op.drop_table('qualifying_entry')
    with op.batch_alter_table('points_lot', schema=None) as batch_op:
        batch_op.drop_index('ix_points_lot_open', sqlite_where=sa.text('remaining > 0'), postgresql_where=sa.text('remaining > 0'))
        batch_op.drop_index('ix_points_lot_entry_id')

    op.drop_table('points_lot')
    with op.batch_alter_table('points_hold', schema=None) as batch_op:
        batch_op.drop_index('ix_points_hold_open', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.drop_table('points_hold')
    with op.batch_alter_table('points_adjustment', schema=None) as batch_op:
        batch_op.drop_index('ix_points_adjustment_member_id_id')

    op.drop_table('points_adjustment')
    op.drop_table('journal_line')
    with op.batch_alter_table('building', schema=None) as batch_op:
        batch_op.drop_index('ix_building_project_code')

    op.drop_table('building')
    with op.batch_alter_table('tier_event', schema=None) as batch_op:
        batch_op.drop_index('ix_tier_event_account_id_id')

    op.drop_table('tier_event')
    op.drop_table('staff_recovery_code')
    with op.batch_alter_table('staff_proposal', schema=None) as batch_op:
        batch_op.drop_index('uq_staff_proposal_open', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index('ix_staff_proposal_state_id')
        batch_op.drop_index(batch_op.f('ix_staff_proposal_proposed_by_id'))

    op.drop_table('staff_proposal')
    with op.batch_alter_table('staff_invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_invitation_person_id'))

    op.drop_table('staff_invitation')
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.drop_index('uq_role_grant_open', sqlite_where=sa.text('until_at IS NULL'), postgresql_where=sa.text('until_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_role_grant_unit_id'))
        batch_op.drop_index('ix_role_grant_role_unit')
        batch_op.drop_index(batch_op.f('ix_role_grant_person_id'))

    op.drop_table('role_grant')
    with op.batch_alter_table('queue_log', schema=None) as batch_op:
        batch_op.drop_index('ix_queue_log_event')

    op.drop_table('queue_log')
    op.drop_table('project_reading')
    with op.batch_alter_table('points_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_points_entry_source')
        batch_op.drop_index('ix_points_entry_reverses_id', sqlite_where=sa.text('reverses_id IS NOT NULL'), postgresql_where=sa.text('reverses_id IS NOT NULL'))
        batch_op.drop_index('ix_points_entry_earned')

    op.drop_table('points_entry')
    op.drop_table('phase')
    op.drop_table('factor')
    with op.batch_alter_table('check_in', schema=None) as batch_op:
        batch_op.drop_index('ix_check_in_registration')
        batch_op.drop_index('ix_check_in_event')

    op.drop_table('check_in')
    with op.batch_alter_table('staff_person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_person_unit_id'))

    op.drop_table('staff_person')
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.drop_index('uq_registration_live', sqlite_where=sa.text("state IN ('seated', 'offered', 'attended', 'no_show', 'waiting')"), postgresql_where=sa.text("state IN ('seated', 'offered', 'attended', 'no_show', 'waiting')"))
        batch_op.drop_index('ix_registration_queue')
        batch_op.drop_index('ix_registration_offer', sqlite_where=sa.text("state = 'offered'"), postgresql_where=sa.text("state = 'offered'"))
        batch_op.drop_index('ix_registration_member_state')
        batch_op.drop_index('ix_registration_member')

    op.drop_table('registration')
    with op.batch_alter_table('project', schema=None) as batch_op:
        batch_op.drop_index('ix_project_city_code')

    op.drop_table('project')
    with op.batch_alter_table('points_account', schema=None) as batch_op:
        batch_op.drop_index('ix_points_account_tier_until_id')
        batch_op.drop_index('ix_points_account_due_at_id')

    op.drop_table('points_account')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index('ix_notice_unread', sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
        batch_op.drop_index('ix_notice_member')

    op.drop_table('notice')
    op.drop_table('ledger_row_error')
    op.drop_table('ledger_chunk')
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index('ix_consent_member_purpose')

    op.drop_table('consent')
    with op.batch_alter_table('binding_attempt', schema=None) as batch_op:
        batch_op.drop_index('ix_binding_attempt_member_id')
        batch_op.drop_index('ix_binding_attempt_contract_key')

    op.drop_table('binding_attempt')
    op.drop_table('audit_link')
    op.drop_table('work_span')
    op.drop_table('tier')
    with op.batch_alter_table('stored_file', schema=None) as batch_op:
        batch_op.drop_index('ix_stored_file_owner')

    op.drop_table('stored_file')
    with op.batch_alter_table('sms_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sms_code_sent_at'))
        batch_op.drop_index('ix_sms_code_mobile_purpose')

    op.drop_table('sms_code')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index('ix_sign_in_person')

    op.drop_table('sign_in')
    with op.batch_alter_table('search_piece', schema=None) as batch_op:
        batch_op.drop_index('ix_search_piece_document')

    op.drop_table('search_piece')
    op.drop_table('role')
    with op.batch_alter_table('reward', schema=None) as batch_op:
        batch_op.drop_index('ix_reward_catalogue')

    op.drop_table('reward')
    op.drop_table('points_budget')
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_waiting', sqlite_where=sa.text('done_at IS NULL AND dead_at IS NULL'), postgresql_where=sa.text('done_at IS NULL AND dead_at IS NULL'))

    op.drop_table('outbox_message')
    with op.batch_alter_table('org_unit', schema=None) as batch_op:
        batch_op.drop_index('uq_org_unit_project', sqlite_where=sa.text("kind = 'project'"), postgresql_where=sa.text("kind = 'project'"))
        batch_op.drop_index('uq_org_unit_group', sqlite_where=sa.text("kind = 'group'"), postgresql_where=sa.text("kind = 'group'"))
        batch_op.drop_index('uq_org_unit_city', sqlite_where=sa.text("kind = 'city'"), postgresql_where=sa.text("kind = 'city'"))
        batch_op.drop_index(batch_op.f('ix_org_unit_parent_id'))

    op.drop_table('org_unit')
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_member_referred_by_id'))
        batch_op.drop_index('ix_member_mobile_tail')

    op.drop_table('member')
    op.drop_table('limit_window')
    op.drop_table('ledger_import')
    with op.batch_alter_table('job_run', schema=None) as batch_op:
        batch_op.drop_index('ix_job_run_name_started_at')

    op.drop_table('job_run')
    op.drop_table('form_key')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_state_starts_at')
        batch_op.drop_index('ix_event_state_ends_at')
        batch_op.drop_index('ix_event_project_code')
        batch_op.drop_index('ix_event_city_code')

    op.drop_table('event')
    op.drop_table('earning_rule')
    op.drop_table('drawn_number')
    op.drop_table('clock_policy')
    op.drop_table('city')
    op.drop_table('calendar_day')
    op.drop_table('board_policy')
    op.drop_table('board_month')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_subject')
        batch_op.drop_index('ix_audit_entry_actor')
        batch_op.drop_index('ix_audit_entry_action')

    op.drop_table('audit_entry')
    
    if op.get_bind().dialect.name == "postgresql":
        for name in POSTGRESQL_FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")
