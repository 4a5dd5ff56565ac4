// The Databases tab: what is connected, and who syncs with it.
import { Badge, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { databasesQuery } from "../api/panel";
import { formatFull, formatNumber } from "../format";
import { texts } from "../texts";
import { ErrorState, LoadingRows } from "../ui/states";
import { panel } from "./texts";

const words = panel.databases;

export function DatabasesTab() {
  const databases = useQuery(databasesQuery);
  if (databases.isPending) return <LoadingRows rows={2} />;
  if (databases.isError) return <ErrorState title={texts.errors.listTitle} error={databases.error} onRetry={() => void databases.refetch()} />;
  return (
    <>
      <p className="settings-note">{words.lead}</p>
      <div className="card settings-card settings-scroll" role="region" aria-label={words.table} tabIndex={0}>
        <table className="settings-table">
          <thead>
            <tr>
              <th scope="col">{words.name}</th>
              <th scope="col">{words.kind}</th>
              <th scope="col">{words.state}</th>
              <th scope="col">{words.users}</th>
              <th scope="col">{words.since}</th>
              <th scope="col">{words.by}</th>
            </tr>
          </thead>
          <tbody>
            {databases.data.items.map((each) => (
              <tr key={each.id}>
                <th scope="row">{each.name}</th>
                <td>{words[each.connector]}</td>
                <td>
                  <Badge appearance="tint" color={each.state === "connected" ? "success" : "warning"}>
                    {words.states[each.state]}
                  </Badge>
                </td>
                <td>{formatNumber(each.users)}</td>
                <td>
                  <time dateTime={each.connected_at}>{formatFull(each.connected_at)}</time>
                </td>
                <td>{each.connected_by}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>{words.second}</MessageBarBody>
      </MessageBar>
      <p className="settings-note">{words.onlyOne}</p>
    </>
  );
}
