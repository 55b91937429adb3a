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
ALTER TABLE "library" ADD CONSTRAINT "library_anchor_task_id_tasks_id_fk" FOREIGN KEY ("anchor_task_id") REFERENCES "public"."tasks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "library_owner" ON "library" USING btree ("owner_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "library_anchor" ON "library" USING btree ("anchor_task_id");--> statement-breakpoint
CREATE INDEX "library_tokens" ON "library" USING gin ("index_tokens");