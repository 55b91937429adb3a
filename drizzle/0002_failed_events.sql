CREATE TABLE "failed_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"job_id" uuid NOT NULL,
	"handler" text NOT NULL,
	"event_name" text NOT NULL,
	"data" jsonb NOT NULL,
	"attempts" integer NOT NULL,
	"error" text NOT NULL,
	"first_failed_at" timestamp (3) with time zone NOT NULL,
	"last_failed_at" timestamp (3) with time zone NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"settled_at" timestamp (3) with time zone,
	"reason" text,
	CONSTRAINT "failed_events_job_id_unique" UNIQUE("job_id")
);
--> statement-breakpoint
CREATE INDEX "failed_events_open" ON "failed_events" USING btree ("handler","id") WHERE "failed_events"."status" = 'open';