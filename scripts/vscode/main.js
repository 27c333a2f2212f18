// Runs inside VS Code: runs the tasks that `mlpilot vscode init` wrote, and notes what VS Code made of their lines.
// It answers the one command that the tasks ask of VS Code's Python extension, which is not here.
const fs = require("fs");
const vscode = require("vscode");

const PLAN = JSON.parse(fs.readFileSync(process.env.MLPILOT_PLAN, "utf8"));
const note = told => fs.appendFileSync(PLAN.notes, JSON.stringify(told) + "\n");
const sleep = seconds => new Promise(done => setTimeout(done, 1000 * seconds));

exports.activate = context => {
  context.subscriptions.push(vscode.commands.registerCommand("python.interpreterPath", () => PLAN.python));
  drive().then(() => note({ step: "end" }), error => note({ step: "end", failed: String(error.stack) }));
};

async function until(done, seconds) {
  for (const end = Date.now() + 1000 * seconds; !done() && Date.now() < end;) await sleep(0.2);
  return done();
}

async function open(path) {
  const folder = vscode.workspace.workspaceFolders[0].uri;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, path));
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

function problems() {
  return vscode.languages.getDiagnostics().flatMap(([uri, found]) => found
    .filter(one => one.source === "mlpilot")
    .map(one => [vscode.workspace.asRelativePath(uri), one.range.start.line + 1, one.range.start.character + 1,
      vscode.DiagnosticSeverity[one.severity], String(one.code ?? ""), one.message]));
}

async function write(document, text, save) {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  if (save) await document.save();
}

// What VS Code's own schema says against the tasks as they are, and with a word that it does not know.
async function schema() {
  const document = await open(".vscode/tasks.json");
  const said = () => vscode.languages.getDiagnostics(document.uri).map(one => one.message);
  const text = document.getText();
  await write(document, text.replace('"reveal": "always"', '"reveal": "sometimes"'), false);
  const control = await until(() => said().length > 0, 60);
  const against = said();
  await write(document, text, false);
  await until(() => said().length === 0, 30);
  note({ step: "schema", control, against, said: said() });
  await document.save();
}

async function task(label) {
  const found = (await vscode.tasks.fetchTasks()).find(one => one.name === `mlpilot: ${label}`);
  if (!found) throw new Error(`there is no task ${label}`);
  return found;
}

// Run a task to its end; `during` is told of its start, and may end it.
async function run(label, during = async () => {}) {
  const one = await task(label);
  let code;
  const heard = vscode.tasks.onDidEndTaskProcess(event => {
    if (event.execution.task.name === one.name) code = event.exitCode ?? -1;
  });
  note({ step: "begins", label });
  const execution = await vscode.tasks.executeTask(one);
  await during(execution);
  await until(() => code !== undefined, 240);
  heard.dispose();
  await sleep(1);
  note({ step: "task", label, code, problems: problems() });
}

async function watch() {
  const document = await open(PLAN.watched);
  const here = () => problems().filter(one => one[0] === PLAN.watched);
  const execution = await vscode.tasks.executeTask(await task("watch"));
  await until(() => here().length > 0, 60);
  const before = here();
  await write(document, "x = 1\n", true);
  await until(() => here().length === 0, 60);
  const after = here();
  await write(document, PLAN.leak, true);
  const again = await until(() => here().length > 0, 60);
  execution.terminate();
  note({ step: "watch", before, after, again });
}

async function drive() {
  note({ step: "version", version: vscode.version });
  await schema();
  await open(PLAN.checked);
  await run("check this file");
  await vscode.commands.executeCommand("workbench.actions.view.problems");
  await sleep(2);
  note({ step: "picture", name: "check" });
  await sleep(4);
  await open(PLAN.broken);
  await run("fix this file");
  await open(PLAN.mended);
  await run("fix this file", async () => {
    await until(() => fs.existsSync(PLAN.answer), 120);  // the question is on the screen
    vscode.window.terminals.find(one => one.name.includes("fix this file")).sendText("y");
  });
  note({ step: "mended", text: fs.readFileSync(PLAN.folder + "/" + PLAN.mended, "utf8") });
  await watch();
  await open(PLAN.table);
  await run("run on this table", async execution => {
    await until(() => fs.existsSync(PLAN.enough), 120);
    execution.terminate();
  });
  await run("resume");
  await run("open the report");
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  await vscode.commands.executeCommand("workbench.action.closePanel");
  const folder = vscode.workspace.workspaceFolders[0].uri;
  await vscode.commands.executeCommand("vscode.open", vscode.Uri.joinPath(folder, PLAN.notebook));
  await sleep(6);
  for (const theme of ["Default Light Modern", "Default Dark Modern"]) {
    await vscode.workspace.getConfiguration("workbench").update("colorTheme", theme, true);
    await sleep(3);
    note({ step: "picture", name: theme.includes("Dark") ? "dark" : "light" });
    await sleep(4);
  }
}
