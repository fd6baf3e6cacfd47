-- The proof (records/proof.py): every change of a proved row leaves a digest, every transaction a seal on its digests.
-- Seals are numbered as transactions commit, each over the one before. check_integrity does not call these functions:
-- it states the same sums by itself (records/proof_faults.py).

-- The seal of the running transaction; open until the commit numbers it. No state of the session is used (PgBouncer).
create or replace function records_open_seal() returns bigint language plpgsql as $$
declare
    mine bigint := pg_current_xact_id()::text::bigint;
    found_id bigint;
begin
    select id into found_id from records_seal where xid = mine and number is null;
    if found_id is null then
        insert into records_seal (xid) values (mine) returning id into found_id;
    end if;
    return found_id;
end $$;

-- The columns of a table with their types, as its digests cover them now.
create or replace function records_columns_of(relation oid, omitted text[]) returns bigint language plpgsql as $$
declare
    name text := (select relname from pg_class where oid = relation);
    present text[] := array(
        select attname || ' ' || format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = relation and attnum > 0 and not attisdropped and attname <> all(omitted) order by attname
    );
    found_id bigint;
begin
    select id into found_id from records_provedcolumns where relation_name = name and columns = present;
    if found_id is null then
        insert into records_provedcolumns (relation_name, columns, retired) values (name, present, false)
        on conflict (relation_name, columns) do update set retired = false returning id into found_id;
    end if;
    return found_id;
end $$;

-- The key of a row as a number; of a text that is none, the start of its hash.
create or replace function records_key(key text) returns bigint language sql immutable as $$
    select case when key ~ '^[0-9]{1,18}$' then key::bigint
        else ('x' || left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 16))::bit(64)::bigint end
$$;

-- After each statement: one digest a row. Arguments: the table's key; the columns that digests leave out; from how many
-- rows on a statement gets one digest over all of them ('' never), for rows that come in by the hundred thousand. What
-- a digest is of does not hang on how a session writes days. It runs as the role that owns the tables: nobody else
-- writes digests and seals, and no table of a session's own stands before ours.
create or replace function records_prove() returns trigger language plpgsql
    security definer set search_path = public, pg_temp set timezone = 'UTC' set datestyle = 'ISO, YMD' as $$
declare
    omitted text[] := tg_argv[1];
    said jsonb := nullif(current_setting('pghistory.context_metadata', true), '');
    by_us boolean := concat(said ->> 'verb', said ->> 'url') <> '';
    seal bigint;
    covered bigint;
begin
    if not exists (select from changed) then
        return null;
    end if;
    if tg_op = 'UPDATE' and omitted <> '{}' then
        if not exists (select to_jsonb(c) - omitted from changed c except select to_jsonb(w) - omitted from was w) then
            return null;
        end if;
    end if;
    seal := records_open_seal();
    covered := records_columns_of(tg_relid, omitted);
    if tg_argv[2] <> '' then
        if (select count(*) from changed) >= tg_argv[2]::bigint then
            insert into records_digest (seal_id, columns_id, key, until, operation, acted, digest)
            select seal, covered, min(key), max(key), 'B', by_us,
                   sha256(string_agg(sha256(convert_to(content::text, 'UTF8')), ''::bytea order by key))
            from (
                select (r.content ->> tg_argv[0])::bigint as key, content
                from (select to_jsonb(c) - omitted as content from changed c offset 0) r offset 0
            ) k;
            return null;
        end if;
    end if;
    insert into records_digest (seal_id, columns_id, key, operation, acted, digest)
    select seal, covered, records_key(r.content ->> tg_argv[0]), left(tg_op, 1), by_us,
           case when tg_op <> 'DELETE' then sha256(convert_to(r.content::text, 'UTF8')) end
    from (select to_jsonb(c) - omitted as content from changed c offset 0) r;
    return null;
end $$;

-- Take the rows of a table over as they stand: those without a digest, or whose last one can no longer be computed.
create or replace function records_adopt(relation regclass, key text, omitted text[]) returns bigint language plpgsql
    set timezone = 'UTC' set datestyle = 'ISO, YMD' as $$
declare
    seal bigint := records_open_seal();
    covered bigint := records_columns_of(relation, omitted);
    taken bigint;
begin
    execute format($q$
        insert into records_digest (seal_id, columns_id, key, operation, acted, digest)
        select $1, $2, t.key, 'A', true, sha256(convert_to(t.content::text, 'UTF8'))
        from (select records_key(t.%1$I::text) as key, to_jsonb(t) - $3 as content from %2$s t) t
        left join (
            select distinct on (d.key) d.key, c.retired
            from records_digest d join records_provedcolumns c on c.id = d.columns_id and c.relation_name = %3$L
            order by d.key, d.id desc
        ) as last on last.key = t.key
        where last.key is null or last.retired
        order by t.key
    $q$, key, relation, (select relname from pg_class where oid = relation)) using seal, covered, omitted;
    get diagnostics taken = row_count;
    return taken;
end $$;

-- The same for a table whose rows come in by the hundred thousand: one digest over all that none covers.
create or replace function records_adopt_block(relation regclass, key text, omitted text[]) returns bigint
    language plpgsql set timezone = 'UTC' set datestyle = 'ISO, YMD' as $$
declare
    seal bigint := records_open_seal();
    covered bigint := records_columns_of(relation, omitted);
    taken bigint;
begin
    execute format($q$
        insert into records_digest (seal_id, columns_id, key, until, operation, acted, digest)
        select $1, $2, min(key), max(key), 'B', true,
               sha256(string_agg(sha256(convert_to(content::text, 'UTF8')), ''::bytea order by key))
        from (select t.%1$I::bigint as key, to_jsonb(t) - $3 as content from %2$s t) t
        where key > (
            select coalesce(max(coalesce(d.until, d.key)), 0)
            from records_digest d join records_provedcolumns c on c.id = d.columns_id
            where c.relation_name = %3$L and not c.retired
        )
        having count(*) > 0
    $q$, key, relation, (select relname from pg_class where oid = relation)) using seal, covered, omitted;
    get diagnostics taken = row_count;
    return taken;
end $$;

-- At the commit. Everything else that waits for it (foreign keys) comes first, so that whoever holds the lock waits for
-- nobody: the first call only puts a second one at the end of the queue.
create or replace function records_close_seal() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
declare
    last record;
    made timestamptz;
    sum_of bytea;
    many bigint;
begin
    if tg_op = 'INSERT' then
        update records_seal set xid = xid where id = new.id and number is null;
        return null;
    end if;
    if exists (select from records_seal where id = new.id and number is not null) then
        return null;
    end if;
    perform pg_advisory_xact_lock(330624, 7);
    select number, hash into last from records_seal where number is not null order by number desc limit 1;
    select count(*), sha256(coalesce(string_agg(sha256(convert_to(concat_ws('|',
               d.id, c.relation_name, d.key, d.operation, d.columns_id, d.acted, encode(d.digest, 'hex'), d.until
           ), 'UTF8')), ''::bytea order by d.id), ''))
    into many, sum_of
    from records_digest d join records_provedcolumns c on c.id = d.columns_id where d.seal_id = new.id;
    made := clock_timestamp();
    update records_seal set number = coalesce(last.number, 0) + 1, sealed_at = made, count = many, contents = sum_of,
        hash = sha256(coalesce(last.hash, '') || convert_to(concat_ws('|',
            coalesce(last.number, 0) + 1, (extract(epoch from made) * 1000000)::bigint, many
        ), 'UTF8') || sum_of)
    where id = new.id;
    return null;
end $$;

-- By a setting of its own any session may ask triggers to look away (pgtrigger.ignore). They do it in one place: where
-- the nation comes in, which writes the same history itself (villages/division_import.py).
create or replace function _pgtrigger_should_ignore(trigger_name name) returns boolean language plpgsql stable as $$
declare
    asked text[] := nullif(current_setting('pgtrigger.ignore', true), '')::text[];
begin
    if asked is null or trigger_name <> all(asked) then
        return false;
    end if;
    return exists (
        select from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where t.tgname = trigger_name and (
            c.relname = 'villages_unit' and trigger_name like 'pgtrigger\_insert\_insert\_%'
            or pg_has_role(current_user, c.relowner, 'member') -- who can switch it off anyway
        )
    );
end $$;
