"""Hash every event and seal by trigger, wake the relay, and guard the audit trail."""

from django.db import migrations

from core.migrations_ops import FreezeColumns, ProtectAppendOnly

# Each hash is the SHA-256 of a JSON array of texts and nulls, columns in the order written here,
# moments as seconds since 1970. Python's json.dumps(values, ensure_ascii=False) gives the same
# bytes, so that the standard library verifies an export.
FORWARD = """
CREATE FUNCTION core_audit_hash(e core_auditevent) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        e.id::text, extract(epoch FROM e.at)::text, e.actor_id::text, e.on_behalf_of_id::text,
        e.verb, e.subject_type, e.subject_id, e.before::text, e.after::text, e.reason,
        e.request_id, e.channel, host(e.remote_addr), e.xid::text, e.cluster::text
    )::text, 'UTF8'))
$$;

CREATE FUNCTION core_seal_hash(s core_seal) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        s.number::text, s.cluster::text, s.from_xid::text, s.below_xid::text, s.first_id::text,
        s.last_id::text, s.event_count::text, encode(s.rows_hash, 'hex'),
        encode(s.previous_hash, 'hex'), extract(epoch FROM s.at)::text
    )::text, 'UTF8'))
$$;

CREATE FUNCTION core_audit_sign() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.at := clock_timestamp();
    NEW.xid := pg_current_xact_id()::text::bigint;
    NEW.cluster := (SELECT system_identifier FROM pg_control_system());
    NEW.row_hash := core_audit_hash(NEW);
    RETURN NEW;
END $$;

CREATE FUNCTION core_seal_sign() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.at := clock_timestamp();
    NEW.seal_hash := core_seal_hash(NEW);
    RETURN NEW;
END $$;

CREATE TRIGGER core_audit_sign BEFORE INSERT ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION core_audit_sign();
CREATE TRIGGER core_seal_sign BEFORE INSERT ON core_seal
    FOR EACH ROW EXECUTE FUNCTION core_seal_sign();

CREATE FUNCTION core_job_ring() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_notify('portal_jobs', '');
    RETURN NULL;
END $$;
CREATE TRIGGER core_job_ring AFTER INSERT ON core_job
    FOR EACH STATEMENT EXECUTE FUNCTION core_job_ring();

ALTER TABLE core_auditevent
    ADD CONSTRAINT auditevent_is_hashed CHECK (octet_length(row_hash) = 32);
ALTER TABLE core_seal
    ADD CONSTRAINT seal_is_hashed CHECK (octet_length(seal_hash) = 32);
ALTER TABLE core_apitoken
    ADD CONSTRAINT apitoken_secret_is_hashed CHECK (octet_length(secret_hash) = 32);
"""
BACKWARD = """
ALTER TABLE core_apitoken DROP CONSTRAINT apitoken_secret_is_hashed;
ALTER TABLE core_seal DROP CONSTRAINT seal_is_hashed;
ALTER TABLE core_auditevent DROP CONSTRAINT auditevent_is_hashed;
DROP TRIGGER core_job_ring ON core_job;
DROP TRIGGER core_seal_sign ON core_seal;
DROP TRIGGER core_audit_sign ON core_auditevent;
DROP FUNCTION core_job_ring();
DROP FUNCTION core_seal_sign();
DROP FUNCTION core_audit_sign();
DROP FUNCTION core_seal_hash(core_seal);
DROP FUNCTION core_audit_hash(core_auditevent);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        ProtectAppendOnly("core_auditevent"),
        ProtectAppendOnly("core_seal"),
        FreezeColumns("core_apitoken", "public_id", "prefix", "secret_hash", "created_at"),
        FreezeColumns("core_job", "public_id", "name", "subject_type", "subject_id"),
    ]
