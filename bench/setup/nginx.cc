// The shipped deploy/nginx.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "bench/setup/directives.h"
#include "bench/setup/files.h"
#include "bench/setup/values.h"
#include "bench/setup/web_server.h"

namespace smsweb::bench {
namespace {

// What a worker has open beside its connections.
constexpr std::uint64_t kOtherDescriptors = 64;

// The servers of the upstream: one for each smsweb-cgi.
std::string Upstream(const WebPlan& plan) {
  std::string servers;
  for (int number = 1; number <= plan.options.endpoints; ++number) {
    if (number > 1) servers += "\n    ";
    servers += fmt::format("server unix:{} max_fails=0;",
                           plan.folder.layout().Endpoint(number).string());
  }
  return servers;
}

// Sized for more clients at once than the shipped configuration is for.
bool IsHuge(const WebPlan& plan) { return plan.options.connections > 0; }

// The values at the head of nginx.conf. `reuseport`: the kernel deals the
// clients out evenly, so that none of many workers gets more than it can hold.
Values HeadValues(const WebPlan& plan) {
  const Layout& layout = plan.folder.layout();
  return {
      {"user www-data;", ""},  // it is that user already, or may not become it
      {"/run/smsweb/nginx.pid", layout.State() / "nginx.pid"},
      {"server unix:/run/smsweb/cgi.sock max_fails=0;", Upstream(plan)},
      {"127.0.0.1:8080", fmt::format("127.0.0.1:{}{}", plan.port,
                                     IsHuge(plan) ? " reuseport" : "")},
      {"/var/log/nginx", layout.Logs()},
      {"/var/lib/nginx", layout.State()},
      {"include smsweb.conf;", fmt::format("include {};", plan.parts.way)},
  };
}

// The sizes that the options change.
void AddSizes(const WebPlan& plan, Values& values) {
  if (plan.options.web_workers > 0) {
    values.push_back(
        {"worker_processes auto;",
         fmt::format("worker_processes {};", plan.options.web_workers)});
  }
  if (IsHuge(plan)) {
    const std::uint64_t connections = plan.options.connections;
    values.push_back({"worker_connections 16384;",
                      fmt::format("worker_connections {};", connections)});
    values.push_back({"worker_rlimit_nofile 32768;",
                      fmt::format("worker_rlimit_nofile {};",
                                  std::min(connections + kOtherDescriptors,
                                           plan.descriptors))});
    // Hundreds of thousands wait for each other, and that is what is measured.
    values.push_back(
        {"client_header_timeout 15s;", "client_header_timeout 600s;"});
    values.push_back(
        {"fastcgi_read_timeout    30s;", "fastcgi_read_timeout 600s;"});
  }
}

Result<std::map<std::string, std::int64_t>> Sizes(const WebPlan& plan) {
  const auto web = plan.folder.layout().Web();
  auto sizes = SizesIn({web / "nginx.conf", web / plan.parts.way},
                       {"worker_processes", "worker_connections",
                        "worker_rlimit_nofile", "backlog", "keepalive"});
  // "auto": one a core.
  if (sizes) {
    sizes->emplace("worker_processes", ::sysconf(_SC_NPROCESSORS_ONLN));
  }
  return sizes;
}

}  // namespace

Result<WebServer> PrepareNginx(const WebPlan& plan) {
  const Layout& layout = plan.folder.layout();
  const auto files = FilesIn(plan.options.shared / "deploy/nginx");
  if (!files) return std::unexpected(files.error());
  Values values = HeadValues(plan);
  AddSizes(plan, values);
  if (auto ok = CopyReplaced(*files, "web", values, plan.folder); !ok) {
    return std::unexpected(ok.error());
  }
  auto sizes = Sizes(plan);
  if (!sizes) return std::unexpected(sizes.error());
  // -e: what it has to say before it has read where to.
  return WebServer{
      .name = "nginx",
      .command = {.arguments = {"nginx", "-c", layout.Web() / "nginx.conf",
                                "-e", layout.Log("nginx-start"), "-g",
                                "daemon off;"}},
      .error_log = layout.Log("smsweb-error"),
      .sizes = std::move(*sizes)};
}

}  // namespace smsweb::bench
