CREATE TABLE "memories" (
	"key" bigint PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"version" integer NOT NULL,
	"owner_id" text NOT NULL,
	"assistant_id" text NOT NULL,
	"ordinal" integer NOT NULL,
	"status" text NOT NULL,
	"content" text NOT NULL,
	"hash" text NOT NULL,
	"metadata" text,
	"terms" text NOT NULL,
	"length" integer NOT NULL,
	"embedded" boolean NOT NULL,
	"said_at" timestamp (3) with time zone NOT NULL,
	"valid_from" timestamp (3) with time zone NOT NULL,
	"valid_to" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"event" text NOT NULL,
	"origin" text NOT NULL,
	"model" text,
	"reason" text NOT NULL,
	"thread_id" text,
	"message_id" text,
	"session" text,
	"operation_id" text,
	"end_event" text,
	"end_origin" text,
	"end_reason" text,
	"end_operation_id" text
);
--> statement-breakpoint
CREATE TABLE "memory_labels" (
	"memory_key" bigint NOT NULL,
	"assistant_id" text NOT NULL,
	"path" text NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "memory_operations" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_id" text NOT NULL,
	"assistant_id" text NOT NULL,
	"thread_id" text NOT NULL,
	"run_id" text,
	"user_message_id" text NOT NULL,
	"answer_message_id" text,
	"provider" text,
	"model" text,
	"status" text NOT NULL,
	"status_message" text,
	"results" json,
	"attempts" integer NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"retry_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "memory_scopes" (
	"assistant_id" text PRIMARY KEY NOT NULL,
	"total" integer NOT NULL,
	"term_total" integer NOT NULL,
	"last_ordinal" integer NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "memory_terms" (
	"assistant_id" text NOT NULL,
	"term" text NOT NULL,
	"memories" integer NOT NULL,
	CONSTRAINT "memory_terms_assistant_id_term_pk" PRIMARY KEY("assistant_id","term")
);
--> statement-breakpoint
CREATE TABLE "memory_vectors" (
	"memory_key" bigint NOT NULL,
	"space" text NOT NULL,
	"vector" "bytea" NOT NULL,
	CONSTRAINT "memory_vectors_memory_key_space_pk" PRIMARY KEY("memory_key","space")
);
--> statement-breakpoint
ALTER TABLE "assistants" ADD COLUMN "cloning_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "memories" ADD CONSTRAINT "memories_assistant_id_assistants_id_fk" FOREIGN KEY ("assistant_id") REFERENCES "public"."assistants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_labels" ADD CONSTRAINT "memory_labels_memory_key_memories_key_fk" FOREIGN KEY ("memory_key") REFERENCES "public"."memories"("key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_operations" ADD CONSTRAINT "memory_operations_assistant_id_assistants_id_fk" FOREIGN KEY ("assistant_id") REFERENCES "public"."assistants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_scopes" ADD CONSTRAINT "memory_scopes_assistant_id_assistants_id_fk" FOREIGN KEY ("assistant_id") REFERENCES "public"."assistants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_terms" ADD CONSTRAINT "memory_terms_assistant_id_memory_scopes_assistant_id_fk" FOREIGN KEY ("assistant_id") REFERENCES "public"."memory_scopes"("assistant_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_vectors" ADD CONSTRAINT "memory_vectors_memory_key_memories_key_fk" FOREIGN KEY ("memory_key") REFERENCES "public"."memories"("key") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "memories_by_version" ON "memories" USING btree ("id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "memories_one_active" ON "memories" USING btree ("id") WHERE status = 'active';--> statement-breakpoint
CREATE INDEX "memories_by_hash" ON "memories" USING btree ("assistant_id","hash") WHERE status = 'active';--> statement-breakpoint
CREATE INDEX "memories_by_ordinal" ON "memories" USING btree ("assistant_id","ordinal");--> statement-breakpoint
CREATE INDEX "memories_newest" ON "memories" USING btree ("assistant_id","created_at","key") WHERE status = 'active';--> statement-breakpoint
CREATE INDEX "memories_to_embed" ON "memories" USING btree ("assistant_id","key") WHERE not embedded and status = 'active';--> statement-breakpoint
CREATE INDEX "memory_labels_by_value" ON "memory_labels" USING btree ("assistant_id","path","value","memory_key");--> statement-breakpoint
CREATE INDEX "memory_labels_by_memory" ON "memory_labels" USING btree ("memory_key");--> statement-breakpoint
CREATE INDEX "memory_operations_to_do" ON "memory_operations" USING btree ("assistant_id","created_at","id") WHERE status = 'IN_PROGRESS';--> statement-breakpoint
CREATE INDEX "memory_operations_by_run" ON "memory_operations" USING btree ("run_id");--> statement-breakpoint
CREATE UNIQUE INDEX "memory_operations_one_leased" ON "memory_operations" USING btree ("assistant_id") WHERE status = 'IN_PROGRESS' and lease_until is not null;--> statement-breakpoint
CREATE INDEX "assistants_cloning" ON "assistants" USING btree ("cloning_until") WHERE cloning_until is not null;