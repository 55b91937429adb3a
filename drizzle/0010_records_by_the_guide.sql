ALTER TABLE "record_confirmations" ADD COLUMN "despite" "bytea";--> statement-breakpoint
ALTER TABLE "records" ADD COLUMN "school_level" text;--> statement-breakpoint
ALTER TABLE "records" ADD COLUMN "school_year" smallint;