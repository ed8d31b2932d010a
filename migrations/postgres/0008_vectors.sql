CREATE EXTENSION IF NOT EXISTS vector;
--> statement-breakpoint
-- Little-endian float32, as vectors were stored before; null where no vector can be made of them.
CREATE FUNCTION pg_temp.floats_in("bytes" bytea) RETURNS vector LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	-- Unpacked once, and not for each byte.
	flat bytea := bytes || ''::bytea;
	floats real[] := array_fill(0::real, ARRAY[length(flat) / 4]);
	bits bigint;
	exponent integer;
	mantissa bigint;
BEGIN
	IF length(flat) NOT BETWEEN 4 AND 64000 OR length(flat) % 4 <> 0 THEN
		RETURN NULL;
	END IF;
	FOR at IN 0 .. length(flat) / 4 - 1 LOOP
		bits := get_byte(flat, at * 4) + get_byte(flat, at * 4 + 1) * 256
			+ get_byte(flat, at * 4 + 2) * 65536 + get_byte(flat, at * 4 + 3) * 16777216::bigint;
		exponent := (bits >> 23) & 255;
		mantissa := bits & 8388607;
		IF exponent = 255 THEN
			RETURN NULL;
		END IF;
		IF exponent = 0 THEN
			exponent := 1;
		ELSE
			mantissa := mantissa + 8388608;
		END IF;
		floats[at + 1] := (mantissa * 2::float8 ^ (exponent - 150) * CASE WHEN bits >> 31 = 1 THEN -1 ELSE 1 END)::real;
	END LOOP;
	RETURN floats::vector;
END $$;
--> statement-breakpoint
-- Beside the scope and the dimensions, a search and its index need no other table.
ALTER TABLE "embeddings" RENAME TO "embeddings_before";
--> statement-breakpoint
CREATE TABLE "embeddings" (
	"chunk_key" bigint NOT NULL,
	"space" text NOT NULL,
	"vector" vector NOT NULL,
	"scope_id" text,
	"dims" integer NOT NULL GENERATED ALWAYS AS (vector_dims("vector")) STORED
);
--> statement-breakpoint
INSERT INTO "embeddings" ("chunk_key", "space", "vector", "scope_id")
	SELECT "chunk_key", "space", "floats", "scope_id" FROM (
		SELECT "chunk_key", "space", pg_temp.floats_in("vector") AS "floats", "chunks"."scope_id"
		FROM "embeddings_before" JOIN "chunks" ON "key" = "chunk_key" OFFSET 0
	) AS "before" WHERE "floats" IS NOT NULL;
--> statement-breakpoint
DROP TABLE "embeddings_before";
--> statement-breakpoint
ALTER TABLE "embeddings" ADD CONSTRAINT "embeddings_chunk_key_space_pk" PRIMARY KEY("chunk_key","space");--> statement-breakpoint
ALTER TABLE "embeddings" ADD CONSTRAINT "embeddings_chunk_key_chunks_key_fk" FOREIGN KEY ("chunk_key") REFERENCES "public"."chunks"("key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "embeddings_by_scope" ON "embeddings" USING btree ("scope_id","space","dims");--> statement-breakpoint
CREATE FUNCTION "embeddings_scope"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	SELECT "scope_id" INTO NEW."scope_id" FROM public."chunks" WHERE "key" = NEW."chunk_key";
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "embeddings_scope" BEFORE INSERT ON "embeddings"
	FOR EACH ROW EXECUTE FUNCTION "embeddings_scope"();
--> statement-breakpoint
ALTER TABLE "memory_vectors" RENAME TO "memory_vectors_before";
--> statement-breakpoint
CREATE TABLE "memory_vectors" (
	"memory_key" bigint NOT NULL,
	"space" text NOT NULL,
	"vector" vector NOT NULL,
	"scope_id" text,
	"dims" integer NOT NULL GENERATED ALWAYS AS (vector_dims("vector")) STORED
);
--> statement-breakpoint
INSERT INTO "memory_vectors" ("memory_key", "space", "vector", "scope_id")
	SELECT "memory_key", "space", "floats", "scope_id" FROM (
		SELECT "memory_key", "space", pg_temp.floats_in("vector") AS "floats",
			CASE WHEN "status" = 'active' THEN "assistant_id" END AS "scope_id"
		FROM "memory_vectors_before" JOIN "memories" ON "key" = "memory_key" OFFSET 0
	) AS "before" WHERE "floats" IS NOT NULL;
--> statement-breakpoint
DROP TABLE "memory_vectors_before";
--> statement-breakpoint
ALTER TABLE "memory_vectors" ADD CONSTRAINT "memory_vectors_memory_key_space_pk" PRIMARY KEY("memory_key","space");--> statement-breakpoint
ALTER TABLE "memory_vectors" ADD CONSTRAINT "memory_vectors_memory_key_memories_key_fk" FOREIGN KEY ("memory_key") REFERENCES "public"."memories"("key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "memory_vectors_by_scope" ON "memory_vectors" USING btree ("scope_id","space","dims");--> statement-breakpoint
-- A version that has ended is in no scope: nothing looks for it, and an index need not hold it.
CREATE FUNCTION "memory_vectors_scope"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	SELECT CASE WHEN "status" = 'active' THEN "assistant_id" END INTO NEW."scope_id"
	FROM public."memories" WHERE "key" = NEW."memory_key";
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "memory_vectors_scope" BEFORE INSERT ON "memory_vectors"
	FOR EACH ROW EXECUTE FUNCTION "memory_vectors_scope"();
--> statement-breakpoint
CREATE FUNCTION "memories_moved"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE public."memory_vectors"
	SET "scope_id" = CASE WHEN NEW."status" = 'active' THEN NEW."assistant_id" END
	WHERE "memory_key" = NEW."key";
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "memories_moved" AFTER UPDATE OF "status" ON "memories"
	FOR EACH ROW WHEN (OLD."status" IS DISTINCT FROM NEW."status") EXECUTE FUNCTION "memories_moved"();
--> statement-breakpoint
DROP FUNCTION pg_temp.floats_in(bytea);
