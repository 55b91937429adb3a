CREATE TABLE "record_confirmations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"record_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"output" smallint NOT NULL,
	"original" "bytea" NOT NULL,
	"text" "bytea" NOT NULL,
	"confirmed_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "records" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"category" text NOT NULL,
	"subject" "bytea",
	"label" "bytea",
	"target_bytes" integer,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outputs" (
	"task_id" uuid NOT NULL,
	"index" smallint NOT NULL,
	"status" text NOT NULL,
	"text" "bytea",
	"finish_reason" text,
	"input_tokens" integer,
	"output_tokens" integer,
	"usage_estimated" boolean DEFAULT false NOT NULL,
	"error_code" text,
	"error_detail" "bytea",
	"cancel_requested_at" timestamp (3) with time zone,
	CONSTRAINT "outputs_task_id_index_pk" PRIMARY KEY("task_id","index")
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"stage" text NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"lost_attempts" integer DEFAULT 0 NOT NULL,
	"job_id" uuid NOT NULL,
	"input" "bytea" NOT NULL,
	"terminal_id" text,
	"error_code" text,
	"error_detail" "bytea",
	"cancel_requested_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "record_confirmations" ADD CONSTRAINT "record_confirmations_record_id_records_id_fk" FOREIGN KEY ("record_id") REFERENCES "public"."records"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "records" ADD CONSTRAINT "records_id_tasks_id_fk" FOREIGN KEY ("id") REFERENCES "public"."tasks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outputs" ADD CONSTRAINT "outputs_task_id_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "record_confirmations_newest" ON "record_confirmations" USING btree ("record_id","id");--> statement-breakpoint
CREATE INDEX "records_owner" ON "records" USING btree ("owner_id","id");--> statement-breakpoint
CREATE INDEX "tasks_owner" ON "tasks" USING btree ("owner_id","id");--> statement-breakpoint
CREATE INDEX "tasks_queued" ON "tasks" USING btree ("id") WHERE "tasks"."status" = 'queued';--> statement-breakpoint
CREATE INDEX "tasks_running" ON "tasks" USING btree ("id") WHERE "tasks"."status" = 'running';