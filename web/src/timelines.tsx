// Timelines that 'run --timeline' wrote: the list, and one drawn on a canvas.
import { useEffect, useState } from "preact/hooks";
import { askBytes, tell } from "./api";
import { plural, size } from "./format";
import { useData, useShared } from "./hooks";
import { Copy, Nothing, Problem, Section, Waiting } from "./parts";
import { Canvas, moment } from "./timeline_canvas";
import { readTrace, type Trace } from "./trace";

interface Files {
  folder: string | null;
  timelines: { name: string; bytes: number; modified: number; too_large: boolean }[];
}

function NewTimeline() {
  const { state } = useShared();
  const domains = state.domains.filter((domain) => domain.timelines);
  const [name, setName] = useState(domains[0]?.name ?? "");
  const [file, setFile] = useState("");
  const [policy, setPolicy] = useState("");
  const [said, setSaid] = useState("");
  const domain = domains.find((one) => one.name === name);
  if (!domain) return null;
  const start = (event: Event) => {
    event.preventDefault();
    tell("jobs", { kind: "timeline", domain: name, name: file, policies: [policy || domain.baselines[0].name] })
      .then(() => setSaid("Drawing: it appears in the list when it is done."))
      .catch((why: Error) => setSaid(why.message));
  };
  return (
    <form onSubmit={start}>
      <Section
        title="Draw one"
        note="Of a baseline on the bundled workload; 'syswright run DOMAIN --timeline FILE' draws any run."
      >
        <div class="form">
          <label class="field">
            Domain
            <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
              {domains.map((one) => (
                <option>{one.name}</option>
              ))}
            </select>
          </label>
          <label class="field">
            Policy
            <select value={policy} onChange={(event) => setPolicy(event.currentTarget.value)}>
              {domain.baselines.map((one) => (
                <option>{one.name}</option>
              ))}
            </select>
          </label>
          <label class="field">
            Name
            <input
              required
              pattern="[A-Za-z0-9_\-]+"
              value={file}
              onInput={(event) => setFile(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary">
            Draw
          </button>
        </div>
        <p role="status" class="note">
          {said}
        </p>
      </Section>
    </form>
  );
}

export function Timelines() {
  const { data, error } = useData<Files>("timelines");
  return (
    <>
      <div class="title">
        <h1>Timelines</h1>
      </div>
      <Problem text={error} />
      {!data && !error && <Waiting />}
      {data && !data.folder && (
        <Section title="No folder">
          <p>Timelines are files that a run draws. Start the page with the folder that they lie in:</p>
          <Copy text="syswright run llm_serving --timeline timelines/serving.json" />
          <Copy text="syswright serve --timelines timelines" />
        </Section>
      )}
      {data?.folder && (
        <>
          <Section title={data.folder} note={plural(data.timelines.length, "timeline")}>
            {data.timelines.length === 0 ? (
              <Nothing>There is none yet.</Nothing>
            ) : (
              <table class="list">
                <thead>
                  <tr>
                    <th scope="col">file</th>
                    <th scope="col" class="r">
                      size
                    </th>
                    <th scope="col">written</th>
                  </tr>
                </thead>
                <tbody>
                  {data.timelines.map((file) => (
                    <tr key={file.name}>
                      <td>
                        {file.too_large ? (
                          file.name
                        ) : (
                          <a class="row" href={`#/timelines/${encodeURIComponent(file.name)}`}>
                            {file.name}
                          </a>
                        )}
                      </td>
                      <td class="r">{size(file.bytes)}</td>
                      <td>{new Date(file.modified * 1000).toLocaleString("en-GB")}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Section>
          <NewTimeline />
        </>
      )}
    </>
  );
}

export function TimelinePage({ name }: { name: string }) {
  const [trace, setTrace] = useState<Trace | null>(null);
  const [file, setFile] = useState<Blob | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    const end = new AbortController();
    askBytes(`timelines/${encodeURIComponent(name)}`, end.signal)
      .then(async (bytes) => {
        setFile(bytes);
        setTrace(readTrace(await bytes.text()));
      })
      .catch((why: Error) => end.signal.aborted || setError(why.message));
    return () => end.abort();
  }, [name]);
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file!);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return (
    <>
      <div class="title">
        <h1>{name}</h1>
        <div class="push tools">
          <button type="button" disabled={!file} onClick={save}>
            Save the file
          </button>
        </div>
      </div>
      <Problem text={error} />
      {!trace && !error && <Waiting />}
      {trace && trace.rows.length === 0 && <Nothing>Nothing is drawn in this file.</Nothing>}
      {trace && trace.rows.length > 0 && (
        <Section
          title={`${plural(trace.spans, "span")} in ${plural(trace.rows.length, "row")}, ${moment(trace.end - trace.start)}`}
          note="The saved file opens in Perfetto (ui.perfetto.dev) and chrome://tracing too."
        >
          <Canvas trace={trace} />
        </Section>
      )}
    </>
  );
}
