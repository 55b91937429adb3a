ALTER TABLE "records" ADD COLUMN "school_level" text;--> statement-breakpoint
ALTER TABLE "records" ADD COLUMN "school_year" smallint;