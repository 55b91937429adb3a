ALTER TABLE "notifications" ADD COLUMN "label" "bytea";--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "ask_id" uuid;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "status" text DEFAULT 'pending' NOT NULL;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "tries" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "fault" text;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "verified_at" timestamp (3) with time zone;