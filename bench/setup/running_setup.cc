#include "bench/setup/running_setup.h"

#include <fmt/format.h>

#include <utility>

#include "bench/process/child.h"
#include "bench/setup/loopback.h"
#include "bench/setup/options.h"
#include "bench/setup/queue_count.h"
#include "bench/setup/smsweb_toml.h"
#include "bench/setup/versions.h"
#include "bench/setup/web_server.h"
#include "common/base/read_file.h"

namespace smsweb::bench {
namespace {

bool Says(const std::filesystem::path& log, std::string_view word) {
  return ReadFile(log).value_or("").contains(word);
}

bool IsSocket(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_socket(path, ignored);
}

}  // namespace

RunningSetup::RunningSetup(const SetupKind& kind, const SetupOptions& options,
                           std::uint16_t port, Stage stage)
    : kind_(kind),
      parts_(PartsOf(kind)),
      options_(options),
      port_(port),
      descriptors_(ServerDescriptors(options, HardDescriptors())),
      stage_(std::move(stage)) {}

bool RunningSetup::HasSimulator() const {
  return options_.device.empty() && options_.spooler;
}

std::filesystem::path RunningSetup::phone() const {
  return HasSimulator() ? stage_.layout().Phone() : "";
}

std::vector<std::pair<std::string, std::filesystem::path>> RunningSetup::logs()
    const {
  auto logs = stage_.logs();
  if (IsPaper()) {
    logs.emplace_back("main.py", stage_.layout().PaperLog());
  } else if (!options_.device.empty()) {
    logs.emplace_back("trace", stage_.layout().Log("trace"));
  }
  return logs;
}

Result<QueueCount> RunningSetup::CountQueue() {
  const Layout& layout = stage_.layout();
  const auto& user = stage_.folder().user();
  if (!IsPaper()) return CountSmswebQueue(layout.Queue(), user);
  return CountPaperQueue(layout.Web(), layout.Queue(), user);
}

Result<void> RunningSetup::Start() {
  if (auto ok = Furnish(); !ok) return ok;
  if (auto ok = StartSimulator(); !ok) return ok;
  if (auto ok = StartSpooler(); !ok) return ok;
  if (auto ok = StartEndpoints(); !ok) return ok;
  if (auto ok = StartWebServer(); !ok) return ok;
  versions_ = VersionsOf(parts_, options_.programs / "smsweb-cgi");
  return {};
}

// What smsweb's own programs need.
Result<void> RunningSetup::Furnish() {
  const PrivateFolder& folder = stage_.folder();
  const auto linked = folder.LinkPrograms(
      options_.programs, {"smsweb-cgi", "smswebd", "smsweb-sim"});
  if (!linked || IsPaper()) return linked;
  const auto written =
      folder.Write("smsweb.toml", SmswebToml(options_, stage_.layout()));
  if (!written) return written;
  auto sizes = SmswebSizes(stage_.layout().Config());
  if (!sizes) return std::unexpected(sizes.error());
  sizes_.merge(*sizes);
  return {};
}

// A limit that was asked for is the hard one as well: the servers would raise
// it again.
Command RunningSetup::WithDescriptors(Command command) const {
  command.descriptors = descriptors_;
  command.hard_descriptors = options_.server_descriptors > 0;
  return command;
}

Command RunningSetup::SmswebCommand(const std::string& program) const {
  return {.arguments = {stage_.layout().Program(program), "--config",
                        stage_.layout().Config()}};
}

// Not on the board: it is the modem and the network.
Result<void> RunningSetup::StartSimulator() {
  if (!HasSimulator()) return {};
  const Layout& layout = stage_.layout();
  return stage_.Start(
      {.name = "smsweb-sim",
       .group = "modem",
       .command =
           {.arguments = {layout.Program("smsweb-sim"), "--modems",
                          std::to_string(options_.modems), "--link",
                          layout.State() / "modem-%d", "--log", layout.Phone(),
                          "--send-time",
                          fmt::format("{}ms", options_.send_time.count()),
                          "--report-delay",
                          fmt::format("{}ms", options_.report_delay.count())}},
       .on_board = false,
       .place = "its modems",
       .ready = [&] { return Says(layout.Output("smsweb-sim"), ": ready"); }});
}

Result<void> RunningSetup::StartSpooler() {
  if (IsPaper() || !options_.spooler) return {};
  const Layout& layout = stage_.layout();
  return stage_.Start({.name = "smswebd",
                       .group = "spooler",
                       .command = SmswebCommand("smswebd"),
                       .place = "its bell",
                       .ready = [&] { return IsSocket(layout.Bell()); }});
}

Result<void> RunningSetup::StartEndpoints() {
  if (!parts_.resident) return {};
  for (int number = 1; number <= options_.endpoints; ++number) {
    if (auto ok = StartEndpoint(number); !ok) return ok;
  }
  sizes_["endpoints"] = options_.endpoints;
  return {};
}

Result<void> RunningSetup::StartEndpoint(int number) {
  const Layout& layout = stage_.layout();
  const auto socket = layout.Endpoint(number);
  Command command = WithDescriptors(SmswebCommand("smsweb-cgi"));
  command.arguments.insert(command.arguments.end(),
                           {"--listen", "unix:" + socket.string()});
  return stage_.Start({.name = options_.endpoints == 1
                                   ? "smsweb-cgi"
                                   : fmt::format("smsweb-cgi-{}", number),
                       .group = "endpoint",
                       .command = std::move(command),
                       .place = "its socket",
                       .ready = [&] { return ListensAt(socket); }});
}

// smsweb says that it is well; the paper's design has nothing to say to that,
// but its web server does.
bool RunningSetup::Answers() const {
  const int status = HttpStatus(port_, "/healthz");
  return IsPaper() ? status != 0 : status == 200;
}

// The programs that a web server starts by itself (mod_fcgid, mod_cgid,
// mod_cgi, uWSGI) descend from it, and so are in its group "web" of samples.
Result<void> RunningSetup::StartWebServer() {
  auto web = PrepareWebServer({.options = options_,
                               .parts = parts_,
                               .folder = stage_.folder(),
                               .port = port_,
                               .descriptors = descriptors_});
  if (!web) return std::unexpected(web.error());
  sizes_.merge(web->sizes);
  sizes_["descriptors"] = static_cast<std::int64_t>(descriptors_);
  // Where we are killed, the kernel ends our children: by SIGTERM here, upon
  // which a web server ends its own, who would else be left over.
  auto& words = web->command.arguments;
  words.insert(words.begin(), {"setpriv", "--pdeathsig", "TERM"});
  return stage_.Start({.name = web->name,
                       .group = "web",
                       .command = WithDescriptors(std::move(web->command)),
                       .place = fmt::format("port {}", port_),
                       .ready = [this] { return Answers(); },
                       .error_log = web->error_log});
}

}  // namespace smsweb::bench
