CREATE TABLE "server_secrets" (
	"name" text PRIMARY KEY NOT NULL,
	"value" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "library" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"anchor_task_id" uuid NOT NULL,
	"status" text NOT NULL,
	"title" "bytea",
	"preview" "bytea" NOT NULL,
	"characters" integer NOT NULL,
	"bytes" integer NOT NULL,
	"count" integer NOT NULL,
	"index_tokens" integer[],
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "library_keys" (
	"id" smallint PRIMARY KEY NOT NULL,
	"key" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "phone_codes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"number_hash" text NOT NULL,
	"sent_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "phone_numbers" (
	"owner_id" uuid PRIMARY KEY NOT NULL,
	"number" "bytea" NOT NULL,
	"language" text NOT NULL,
	"code_hash" text,
	"code_expires_at" timestamp (3) with time zone,
	"tries_left" smallint DEFAULT 0 NOT NULL,
	"verified_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "push_subscriptions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"endpoint" "bytea" NOT NULL,
	"keys" "bytea" NOT NULL,
	"language" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"owner_id" uuid PRIMARY KEY NOT NULL,
	"url" "bytea" NOT NULL,
	"secret" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "statistics" (
	"day" date NOT NULL,
	"owner_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"tasks" integer DEFAULT 0 NOT NULL,
	"rewrites" integer DEFAULT 0 NOT NULL,
	"completed" integer DEFAULT 0 NOT NULL,
	"incomplete" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"cancelled" integer DEFAULT 0 NOT NULL,
	"outputs_completed" integer DEFAULT 0 NOT NULL,
	"outputs_incomplete" integer DEFAULT 0 NOT NULL,
	"outputs_failed" integer DEFAULT 0 NOT NULL,
	"outputs_cancelled" integer DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"retries" integer DEFAULT 0 NOT NULL,
	"lost_attempts" integer DEFAULT 0 NOT NULL,
	"first_token" integer[] NOT NULL,
	"total" integer[] NOT NULL,
	CONSTRAINT "statistics_owner_id_day_kind_pk" PRIMARY KEY("owner_id","day","kind")
);
--> statement-breakpoint
ALTER TABLE "library" ADD CONSTRAINT "library_anchor_task_id_tasks_id_fk" FOREIGN KEY ("anchor_task_id") REFERENCES "public"."tasks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "library_owner" ON "library" USING btree ("owner_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "library_anchor" ON "library" USING btree ("anchor_task_id");--> statement-breakpoint
CREATE INDEX "library_tokens" ON "library" USING gin ("index_tokens");--> statement-breakpoint
CREATE INDEX "phone_codes_owner" ON "phone_codes" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "phone_codes_number" ON "phone_codes" USING btree ("number_hash");--> statement-breakpoint
CREATE INDEX "phone_codes_sent" ON "phone_codes" USING btree ("sent_at");--> statement-breakpoint
CREATE INDEX "push_subscriptions_owner" ON "push_subscriptions" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "tasks_unfinished" ON "tasks" USING btree ("owner_id") WHERE "tasks"."status" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "tasks_ended" ON "tasks" USING btree ("owner_id","finished_at");