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
create or replace function records_columns_of(relation oid) returns bigint language plpgsql as $$
declare
    name text := (select relname from pg_class where oid = relation);
    present text[] := array(
        select attname || ' ' || format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = relation and attnum > 0 and not attisdropped order by attname
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

-- After each statement: one digest a row. The first argument is the table's key. What a digest is of does not hang on
-- how a session writes days.
create or replace function records_prove() returns trigger language plpgsql
    set timezone = 'UTC' set datestyle = 'ISO, YMD' as $$
declare
    said jsonb;
    seal bigint;
    covered bigint;
begin
    if not exists (select from changed) then
        return null;
    end if;
    said := nullif(current_setting('pghistory.context_metadata', true), '');
    seal := records_open_seal();
    covered := records_columns_of(tg_relid);
    insert into records_digest (seal_id, columns_id, key, operation, acted, digest)
    select seal, covered, (r.content ->> tg_argv[0])::bigint, left(tg_op, 1),
           concat(said ->> 'verb', said ->> 'url') <> '',
           case when tg_op <> 'DELETE' then sha256(convert_to(r.content::text, 'UTF8')) end
    from (select to_jsonb(c) as content from changed c offset 0) r;
    return null;
end $$;

-- Take the rows of a table over as they stand: those without a digest, or whose last one can no longer be computed.
create or replace function records_adopt(relation regclass, key text) returns bigint language plpgsql
    set timezone = 'UTC' set datestyle = 'ISO, YMD' as $$
declare
    seal bigint := records_open_seal();
    covered bigint := records_columns_of(relation);
    taken bigint;
begin
    execute format($q$
        insert into records_digest (seal_id, columns_id, key, operation, acted, digest)
        select $1, $2, t.%1$I, 'A', true,
               sha256(convert_to(to_jsonb(t)::text, 'UTF8'))
        from %2$s t
        left join (
            select distinct on (d.key) d.key, c.retired
            from records_digest d join records_provedcolumns c on c.id = d.columns_id and c.relation_name = %3$L
            order by d.key, d.id desc
        ) as last on last.key = t.%1$I
        where last.key is null or last.retired
        order by t.%1$I
    $q$, key, relation, (select relname from pg_class where oid = relation)) using seal, covered;
    get diagnostics taken = row_count;
    return taken;
end $$;

-- At the commit. Everything else that waits for it (foreign keys) comes first, so that whoever holds the lock waits for
-- nobody: the first call only puts a second one at the end of the queue.
create or replace function records_close_seal() returns trigger language plpgsql as $$
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
               d.id, c.relation_name, d.key, d.operation, d.columns_id, d.acted, encode(d.digest, 'hex')
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
