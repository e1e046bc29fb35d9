// bench/setup/lighttpd.conf.
#include <fmt/format.h>

#include <algorithm>

#include "bench/setup/directives.h"
#include "bench/setup/values.h"
#include "bench/setup/web_server.h"

namespace smsweb::bench {
namespace {

constexpr std::uint64_t kShippedDescriptors = 16384;

Values LighttpdValues(const WebPlan& plan) {
  const Layout& layout = plan.folder.layout();
  const std::uint64_t descriptors =
      std::min(plan.descriptors, kShippedDescriptors);
  return {
      // It is that user already, or may not become it.
      {"server.username  = \"www-data\"", ""},
      {"server.groupname = \"www-data\"", ""},
      {"server.port = 8080", fmt::format("server.port = {}", plan.port)},
      {"/run/smsweb/cgi.sock", layout.Endpoint(1)},
      {"/var/www/html", layout.State()},
      {"/var/cache/lighttpd/uploads", layout.State()},
      {"/var/log/lighttpd", layout.Logs()},
      {fmt::format("server.max-fds         = {}", kShippedDescriptors),
       fmt::format("server.max-fds         = {}", descriptors)},
      {fmt::format("server.max-connections = {}", kShippedDescriptors / 2),
       fmt::format("server.max-connections = {}", descriptors / 2)},
  };
}

}  // namespace

Result<WebServer> PrepareLighttpd(const WebPlan& plan) {
  const Layout& layout = plan.folder.layout();
  const auto copied =
      CopyReplaced({plan.options.shared / "bench/setup/lighttpd.conf"}, "web",
                   LighttpdValues(plan), plan.folder);
  if (!copied) return std::unexpected(copied.error());
  auto sizes = SizesIn(
      {layout.Web() / "lighttpd.conf"},
      {"server.max-fds", "server.max-connections", "server.listen-backlog"});
  if (!sizes) return std::unexpected(sizes.error());
  return WebServer{.name = "lighttpd",
                   .command = {.arguments = {"lighttpd", "-D", "-f",
                                             layout.Web() / "lighttpd.conf"}},
                   .error_log = layout.Log("smsweb-error"),
                   .sizes = std::move(*sizes)};
}

}  // namespace smsweb::bench
