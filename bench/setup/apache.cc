// The shipped deploy/apache, in its four ways.
#include <fmt/format.h>

#include "bench/setup/directives.h"
#include "bench/setup/web_server.h"

namespace smsweb::bench {
namespace {

struct Define {
  std::string name;
  std::string value;
};

std::vector<Define> Defines(const WebPlan& plan) {
  const Layout& layout = plan.folder.layout();
  return {
      {"smsweb_way", std::string(plan.parts.way)},
      {"smsweb_here", layout.Web()},
      {"smsweb_state", layout.State()},
      {"smsweb_logs", layout.Logs()},
      {"smsweb_listen", fmt::format("127.0.0.1:{}", plan.port)},
      {"smsweb_config", layout.Config()},
      {"smsweb_cgi", layout.Program("smsweb-cgi")},
      {"smsweb_socket", layout.Endpoint(1)},
  };
}

Command ApacheCommand(const Layout& layout,
                      const std::vector<Define>& defines) {
  Command command{.arguments = {"apache2", "-DFOREGROUND", "-f",
                                layout.Web() / "apache.conf"}};
  for (const auto& [name, value] : defines) {
    command.arguments.insert(command.arguments.end(),
                             {"-C", fmt::format("Define {} {}", name, value)});
  }
  return command;
}

Result<std::map<std::string, std::int64_t>> ApacheSizes(
    const std::filesystem::path& file) {
  return SizesIn({file}, {"ServerLimit", "StartServers", "ThreadsPerChild",
                          "MaxRequestWorkers", "AsyncRequestWorkerFactor",
                          "ListenBacklog", "FcgidMaxProcesses"});
}

}  // namespace

Result<WebServer> PrepareApache(const WebPlan& plan) {
  const Layout& layout = plan.folder.layout();
  const auto copied =
      plan.folder.CopyFiles(plan.options.shared / "deploy/apache", "web");
  if (!copied) return std::unexpected(copied.error());
  auto sizes =
      ApacheSizes(layout.Web() / fmt::format("smsweb-{}.conf", plan.parts.way));
  if (!sizes) return std::unexpected(sizes.error());
  return WebServer{.name = "apache",
                   .command = ApacheCommand(layout, Defines(plan)),
                   .error_log = layout.Log("smsweb-error"),
                   .sizes = std::move(*sizes)};
}

// bench/paper. A copy of its own for each set-up, since its isRunning() knows
// main.py by its path.
Result<WebServer> PreparePaper(const WebPlan& plan) {
  const Layout& layout = plan.folder.layout();
  auto copied =
      plan.folder.CopyFiles(plan.options.shared / "bench/paper", "web");
  // Where Python keeps smsweb.py as it has read it.
  if (copied) copied = plan.folder.MakeUsersFolder("web/__pycache__");
  if (!copied) return std::unexpected(copied.error());
  auto sizes =
      ApacheSizes(layout.Web() / fmt::format("apache-{}.inc", plan.parts.way));
  if (!sizes) return std::unexpected(sizes.error());
  const std::string device = plan.options.device.empty()
                                 ? layout.Modem(1).string()
                                 : plan.options.device;
  return WebServer{
      .name = "apache",
      .command = ApacheCommand(
          layout, {{"paper_way", std::string(plan.parts.way)},
                   {"paper_here", layout.Web()},
                   {"paper_state", layout.State()},
                   {"paper_logs", layout.Logs()},
                   {"paper_listen", fmt::format("127.0.0.1:{}", plan.port)},
                   {"paper_queue", layout.Queue()},
                   {"paper_device", device}}),
      .error_log = layout.Log("paper-error"),
      .sizes = std::move(*sizes)};
}

}  // namespace smsweb::bench
