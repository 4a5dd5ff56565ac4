// One record: what it is, what it says, what happened around it. And the page for a new one.
import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, MessageBar, MessageBarActions, MessageBarBody } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { deleteRecord, placeRecord, recordQuery, updateRecord, type AnyRecord } from "../api/records";
import { useUser } from "../api/session";
import { ownZone } from "../format";
import { IconChevronRight, IconDelete, IconEmail, IconMore, IconSend, IconUnwatch, IconWatch } from "../icons";
import { useCompose } from "../mail/compose-context";
import { Details } from "../records/details";
import { isResource, RESOURCES, type ResourceDef } from "../records/definitions";
import type { Draft } from "../records/draft";
import { RecordForm } from "../records/record-form";
import { SyncBadge } from "../records/sync-badge";
import { Timeline } from "../records/timeline";
import { ChoiceBadge } from "../records/values";
import { ExplainButton } from "../sync/explain";
import { texts } from "../texts";
import { Confirm } from "../ui/confirm";
import { Face } from "../ui/face";
import { useKeys } from "../ui/keys";
import { useNotices } from "../ui/notice";
import { ErrorState, LoadingPage } from "../ui/states";
import { useTitle } from "../ui/title";
import { NotFoundPage } from "./error-page";

const route = getRouteApi("/shell/$resource/$id");
const newRoute = getRouteApi("/shell/$resource/new");

export function RecordPage() {
  const { resource, id } = route.useParams();
  if (!isResource(resource) || resource === "emails") return <NotFoundPage />;
  return <OneRecord key={id} def={RESOURCES[resource]} id={id} />;
}

function OneRecord({ def, id }: { def: ResourceDef; id: string }) {
  const record = useQuery(recordQuery(def.resource, id));
  useTitle(record.data?.name || texts.resources[def.resource].plural);
  if (record.isPending) return <LoadingPage />;
  if (record.isError && !record.data) return <ErrorState title={texts.errors.recordTitle} error={record.error} onRetry={() => void record.refetch()} />;
  return <RecordView def={def} record={record.data!} />;
}

function RecordView({ def, record }: { def: ResourceDef; record: AnyRecord }) {
  const queries = useQueryClient();
  const notices = useNotices();
  // What was on screen when editing began: what others store meanwhile must not change the form under the hands.
  const [editing, setEditing] = useState<{ record: AnyRecord; field?: string }>();
  const canEdit = record.can_edit !== false;
  const edit = (field?: string) => setEditing({ record, field });
  useKeys({ e: () => edit() }, canEdit && !editing);
  return (
    <div className="page record-page">
      <RecordHead def={def} record={record} />
      {!canEdit && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{record.read_only_reason ?? texts.record.readOnly}</MessageBarBody>
        </MessageBar>
      )}
      {typeof record.waiting_update === "string" && (
        <WaitingUpdate def={def} record={record} what={record.waiting_update} canSend={canEdit && !editing} />
      )}
      <div className="record-columns">
        {editing ? (
          <div className="card">
            <RecordForm
              def={def}
              record={editing.record}
              focusField={editing.field}
              onCancel={() => setEditing(undefined)}
              onSaved={(saved) => {
                placeRecord(queries, saved);
                void queries.invalidateQueries({ queryKey: ["timeline"] });
                setEditing(undefined);
                notices.done(texts.record.saved(saved.name || texts.words.unnamed));
              }}
            />
          </div>
        ) : (
          <Details def={def} record={record} onEdit={canEdit ? edit : undefined} />
        )}
        <Timeline id={record.id} />
      </div>
    </div>
  );
}

// What sync holds back until somebody wants the mail about it.
function WaitingUpdate({ def, record, what, canSend }: { def: ResourceDef; record: AnyRecord; what: string; canSend: boolean }) {
  const queries = useQueryClient();
  const notices = useNotices();
  const send = useMutation({
    mutationFn: () => updateRecord(def.resource, record.id, { version: record.version, ...{ send_updates: true } }),
    onSuccess: (saved) => {
      placeRecord(queries, saved);
      notices.done(texts.record.saved(saved.name || texts.words.unnamed));
    },
    onError: (error) => {
      notices.failed(error);
      void queries.invalidateQueries({ queryKey: ["record", record.id] });
    },
  });
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>{texts.record.waitingUpdate(what)}</MessageBarBody>
      {canSend && (
        <MessageBarActions>
          <Button size="small" icon={<IconSend />} disabledFocusable={send.isPending} onClick={() => send.mutate()}>
            {texts.record.sendWaiting}
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

function mailTargets(record: AnyRecord): Schemas["MailAddress"][] {
  const addresses = record.emails as string[] | undefined;
  if (addresses?.length) return [{ address: addresses[0], name: record.name }];
  const attendees = record.attendees as Schemas["Attendee"][] | undefined;
  return (attendees ?? []).map(({ address, name }) => ({ address, name }));
}

function RecordHead({ def, record }: { def: ResourceDef; record: AnyRecord }) {
  const names = texts.resources[def.resource];
  const compose = useCompose();
  const subtitle = def.subtitle(record);
  const badge = record.status ?? record.stage;
  return (
    <header className="record-head">
      <nav className="crumbs" aria-label={names.plural}>
        <Link to="/$resource" params={{ resource: def.resource }}>
          {names.plural}
        </Link>
        <IconChevronRight aria-hidden />
      </nav>
      <div className="record-title">
        <Face name={record.name} type={def.type} size={56} />
        <div className="record-name">
          <h1>{record.name || texts.words.unnamed}</h1>
          <p>
            {typeof badge === "string" && <ChoiceBadge value={badge} />}
            {subtitle && <span>{subtitle}</span>}
            <SyncBadge id={record.id} />
          </p>
        </div>
        <div className="record-actions">
          {def.type !== "task" && (
            <Button icon={<IconEmail />} onClick={() => compose.open({ to: mailTargets(record), recordId: record.id })}>
              {texts.record.email}
            </Button>
          )}
          <ExplainButton recordId={record.id} />
          <WatchButton def={def} record={record} />
          {record.can_edit !== false && <MoreMenu def={def} record={record} />}
        </div>
      </div>
    </header>
  );
}

function WatchButton({ def, record }: { def: ResourceDef; record: AnyRecord }) {
  const user = useUser();
  const queries = useQueryClient();
  const notices = useNotices();
  const watching = record.watchers.some((watcher) => watcher.id === user.id);
  const toggle = useMutation({
    mutationFn: () => {
      const ids = record.watchers.map((watcher) => watcher.id).filter((id) => id !== user.id);
      return updateRecord(def.resource, record.id, { version: record.version, ...{ watcher_ids: watching ? ids : [...ids, user.id] } });
    },
    onSuccess: (saved) => placeRecord(queries, saved),
    onError: (error) => {
      notices.failed(error);
      void queries.invalidateQueries({ queryKey: ["record", record.id] });
    },
  });
  return (
    <Button icon={watching ? <IconUnwatch /> : <IconWatch />} disabledFocusable={toggle.isPending} onClick={() => toggle.mutate()}>
      {watching ? texts.record.unwatch : texts.record.watch}
    </Button>
  );
}

function MoreMenu({ def, record }: { def: ResourceDef; record: AnyRecord }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const notices = useNotices();
  const remove = useMutation({
    mutationFn: () => deleteRecord(def.resource, record.id, record.version),
    onSuccess: () => {
      notices.done(texts.record.deleted(record.name));
      queries.removeQueries({ queryKey: ["record", record.id] });
      void queries.invalidateQueries({ queryKey: ["list", def.resource] });
      void navigate({ to: "/$resource", params: { resource: def.resource } });
    },
    onError: (error) => {
      setAsking(false);
      notices.failed(error);
      void queries.invalidateQueries({ queryKey: ["record", record.id] });
    },
  });
  return (
    <>
      <Menu positioning="below-end">
        <MenuTrigger disableButtonEnhancement>
          <Button icon={<IconMore />} aria-label={texts.words.more} />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem icon={<IconDelete />} onClick={() => setAsking(true)}>
              {texts.words.delete}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      <Confirm
        open={asking}
        busy={remove.isPending}
        title={texts.record.deleteTitle(record.name)}
        detail={def.type === "meeting" ? texts.record.deleteMeetingDetail : texts.record.deleteDetail}
        confirm={texts.words.delete}
        onConfirm={() => remove.mutate()}
        onCancel={() => setAsking(false)}
      />
    </>
  );
}

function newDefaults(def: ResourceDef, user: Schemas["User"]): Draft {
  const owner = { id: user.id, name: user.name };
  if (def.type !== "meeting") {
    const first: Record<string, Draft> = {
      lead: { status: "new" },
      opportunity: { stage: "prospecting" },
      case: { status: "new", priority: "normal" },
      task: { status: "not_started", importance: "normal" },
    };
    return { owner, ...first[def.type] };
  }
  const next = new Date(Date.now() + 36e5);
  const local = (hour: number) => {
    const at = new Date(next.getFullYear(), next.getMonth(), next.getDate(), next.getHours() + hour);
    return new Date(at.getTime() - at.getTimezoneOffset() * 6e4).toISOString().slice(0, 19);
  };
  const zone = ownZone();
  return { owner, start: { local: local(0), zone }, end: { local: local(1), zone }, show_as: "busy", sensitivity: "normal", reminder_minutes: 15 };
}

export function NewRecordPage() {
  const { resource } = newRoute.useParams();
  if (!isResource(resource) || !RESOURCES[resource].creatable) return <NotFoundPage />;
  return <NewRecord key={resource} def={RESOURCES[resource]} />;
}

function NewRecord({ def }: { def: ResourceDef }) {
  const names = texts.resources[def.resource];
  useTitle(names.new);
  const user = useUser();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const notices = useNotices();
  const [defaults] = useState(() => newDefaults(def, user));
  return (
    <div className="page record-page">
      <header className="record-head">
        <nav className="crumbs" aria-label={names.plural}>
          <Link to="/$resource" params={{ resource: def.resource }}>
            {names.plural}
          </Link>
          <IconChevronRight aria-hidden />
        </nav>
        <h1>{names.new}</h1>
      </header>
      <div className="card new-card">
        <RecordForm
          def={def}
          defaults={defaults}
          onCancel={() => void navigate({ to: "/$resource", params: { resource: def.resource } })}
          onSaved={(saved) => {
            placeRecord(queries, saved);
            void queries.invalidateQueries({ queryKey: ["list", def.resource] });
            notices.done(texts.record.created(saved.name || texts.words.unnamed));
            void navigate({ to: "/$resource/$id", params: { resource: def.resource, id: saved.id }, replace: true });
          }}
        />
      </div>
    </div>
  );
}
