// Network needs, for the firewall team: made from the settings.
import { Button, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { networkNeedsQuery } from "../api/panel";
import { useUser } from "../api/session";
import { setup } from "../configuration/texts";
import { IconCopy } from "../icons";
import { NotFoundPage } from "../pages/error-page";
import { texts } from "../texts";
import { ErrorState, LoadingRows } from "../ui/states";
import { useTitle } from "../ui/title";
import { panel } from "./texts";
import { network as words } from "./texts-statistics";

type Need = Schemas["NetworkNeed"];

export function NetworkPage() {
  useTitle(words.title);
  const administers = useUser().role !== "user";
  const needs = useQuery({ ...networkNeedsQuery, enabled: administers });
  if (!administers) return <NotFoundPage />;
  return (
    <div className="page settings-page">
      <header className="settings-head">
        <p className="settings-path" aria-label={setup.path}>
          {texts.shell.start} <span aria-hidden>›</span> <Link to="/start/configuration">{setup.configuration}</Link> <span aria-hidden>›</span> {panel.group} <span aria-hidden>›</span>
        </p>
        <h1>{words.title}</h1>
        <p className="lead">{words.lead}</p>
      </header>
      {needs.isPending ? (
        <LoadingRows rows={4} />
      ) : needs.isError ? (
        <ErrorState title={texts.errors.pageTitle} error={needs.error} onRetry={() => void needs.refetch()} />
      ) : (
        <>
          <Table title={words.outbound} lead={`${words.outboundLead} ${words.dns}`} needs={needs.data.outbound} />
          <Table title={words.inbound} lead={words.inboundLead} needs={needs.data.inbound} inbound />
          {needs.data.inbound.length < 2 && (
            <MessageBar intent="info" layout="multiline">
              <MessageBarBody>{words.noNotices}</MessageBarBody>
            </MessageBar>
          )}
          <CopyButton outbound={needs.data.outbound} inbound={needs.data.inbound} />
        </>
      )}
    </div>
  );
}

function Table({ title, lead, needs, inbound = false }: { title: string; lead: string; needs: Need[]; inbound?: boolean }) {
  return (
    <div className="card panel-figures">
      <h2>{title}</h2>
      <p className="settings-note">{lead}</p>
      <div className="settings-scroll" role="region" aria-label={title} tabIndex={0}>
        <table className="settings-table">
          <thead>
            <tr>
              <th scope="col">{words.host}</th>
              <th scope="col">{words.port}</th>
              <th scope="col">{words.protocol}</th>
              {inbound && <th scope="col">{words.who}</th>}
              <th scope="col">{words.purpose}</th>
            </tr>
          </thead>
          <tbody>
            {needs.map((need, index) => (
              <tr key={index}>
                <th scope="row">
                  <code>{need.host}</code>
                </th>
                <td>{need.port}</td>
                <td>{need.protocol}</td>
                {inbound && <td>{need.peer}</td>}
                <td className="settings-wrap">{need.purpose}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function CopyButton({ outbound, inbound }: { outbound: Need[]; inbound: Need[] }) {
  const [copied, setCopied] = useState(false);
  const line = (need: Need) => [need.host, need.port, need.protocol, need.peer, need.purpose].filter((each) => each !== null).join("\t");
  const text = [words.outbound, ...outbound.map(line), "", words.inbound, ...inbound.map(line), ""].join("\n");
  return (
    <div>
      <Button icon={<IconCopy />} onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
        {copied ? words.copied : words.copy}
      </Button>
    </div>
  );
}
