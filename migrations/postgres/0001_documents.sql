CREATE TABLE "chunks" (
	"key" bigint PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"document_id" text NOT NULL,
	"scope_id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"text" text NOT NULL,
	"position" json NOT NULL,
	"tokens" integer NOT NULL,
	"terms" text NOT NULL,
	"title_terms" text NOT NULL,
	"length" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"assistant_id" text NOT NULL,
	"thread_id" text,
	"message_id" text,
	"filename" text NOT NULL,
	"media_type" text NOT NULL,
	"blob_key" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"status" text NOT NULL,
	"status_message" text,
	"summary" text,
	"total_tokens" integer,
	"chunk_count" integer,
	"attempts" integer NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"retry_at" timestamp (3) with time zone,
	"processing_started_at" timestamp (3) with time zone,
	"processing_completed_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "embeddings" (
	"chunk_key" bigint NOT NULL,
	"space" text NOT NULL,
	"vector" "bytea" NOT NULL,
	CONSTRAINT "embeddings_chunk_key_space_pk" PRIMARY KEY("chunk_key","space")
);
--> statement-breakpoint
CREATE TABLE "scopes" (
	"id" text PRIMARY KEY NOT NULL,
	"chunk_count" integer NOT NULL,
	"term_total" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "term_counts" (
	"scope_id" text NOT NULL,
	"term" text NOT NULL,
	"chunks" integer NOT NULL,
	CONSTRAINT "term_counts_scope_id_term_pk" PRIMARY KEY("scope_id","term")
);
--> statement-breakpoint
ALTER TABLE "chunks" ADD CONSTRAINT "chunks_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_assistant_id_assistants_id_fk" FOREIGN KEY ("assistant_id") REFERENCES "public"."assistants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_thread_id_threads_id_fk" FOREIGN KEY ("thread_id") REFERENCES "public"."threads"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "embeddings" ADD CONSTRAINT "embeddings_chunk_key_chunks_key_fk" FOREIGN KEY ("chunk_key") REFERENCES "public"."chunks"("key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "term_counts" ADD CONSTRAINT "term_counts_scope_id_scopes_id_fk" FOREIGN KEY ("scope_id") REFERENCES "public"."scopes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "chunks_by_document" ON "chunks" USING btree ("document_id","ordinal");--> statement-breakpoint
CREATE INDEX "chunks_by_scope" ON "chunks" USING btree ("scope_id","length");--> statement-breakpoint
CREATE INDEX "documents_by_assistant" ON "documents" USING btree ("assistant_id","created_at");--> statement-breakpoint
CREATE INDEX "documents_by_thread" ON "documents" USING btree ("thread_id","created_at");--> statement-breakpoint
CREATE INDEX "documents_to_do" ON "documents" USING btree ("created_at") WHERE status in ('pending', 'processing');