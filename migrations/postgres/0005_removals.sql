CREATE TABLE "removals" (
	"id" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "documents" DROP CONSTRAINT "documents_assistant_id_assistants_id_fk";
--> statement-breakpoint
ALTER TABLE "documents" DROP CONSTRAINT "documents_thread_id_threads_id_fk";
--> statement-breakpoint
DROP INDEX "documents_to_do";--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "counted" integer;--> statement-breakpoint
CREATE INDEX "documents_to_do" ON "documents" USING btree ("created_at") WHERE status in ('pending', 'processing', 'deleting');--> statement-breakpoint
-- What is indexed has all its terms counted, however many they are.
UPDATE "documents" SET "counted" = 2147483647 WHERE "status" = 'indexed';
