// bench/setup/uwsgi.ini.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "bench/setup/directives.h"
#include "bench/setup/values.h"
#include "bench/setup/web_server.h"

namespace smsweb::bench {
namespace {

constexpr int kShippedBacklog = 4096;

// uWSGI refuses to start with more than the kernel grants.
int Backlog() {
  std::ifstream file("/proc/sys/net/core/somaxconn");
  int most = 0;
  return file >> most ? std::min(most, kShippedBacklog) : kShippedBacklog;
}

Values UwsgiValues(const WebPlan& plan) {
  const Layout& layout = plan.folder.layout();
  return {
      {"uid = www-data", ""},  // it is that user already, or may not become it
      {"gid = www-data", ""},
      {"127.0.0.1:8080", fmt::format("127.0.0.1:{}", plan.port)},
      {"/usr/lib/cgi-bin/smsweb-cgi", layout.Program("smsweb-cgi")},
      {"/etc/smsweb/smsweb.toml", layout.Config()},
      {"/var/log/uwsgi", layout.Logs()},
      {fmt::format("listen = {}", kShippedBacklog),
       fmt::format("listen = {}", Backlog())},
  };
}

}  // namespace

Result<WebServer> PrepareUwsgi(const WebPlan& plan) {
  const Layout& layout = plan.folder.layout();
  const auto copied =
      CopyReplaced({plan.options.shared / "bench/setup/uwsgi.ini"}, "web",
                   UwsgiValues(plan), plan.folder);
  if (!copied) return std::unexpected(copied.error());
  auto sizes =
      SizesIn({layout.Web() / "uwsgi.ini"}, {"processes", "threads", "listen"});
  if (!sizes) return std::unexpected(sizes.error());
  return WebServer{.name = "uwsgi",
                   .command = {.arguments = {"uwsgi-core", "--ini",
                                             layout.Web() / "uwsgi.ini"}},
                   .error_log = layout.Log("smsweb-error"),
                   .sizes = std::move(*sizes)};
}

}  // namespace smsweb::bench
