ALTER TABLE "failed_events" ADD COLUMN "trace_id" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "ends" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "trace_id" text DEFAULT '' NOT NULL;