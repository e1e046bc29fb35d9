// smsweb-bench load: our generator, on any address.
#include "bench/load/load.h"

#include <fmt/format.h>

#include "bench/commands/commands.h"
#include "bench/load/environment_text.h"
#include "bench/load/load_report.h"
#include "bench/load/plan_check.h"
#include "bench/measure/server.h"
#include "common/base/duration.h"

namespace smsweb::bench {
namespace {

// "http://HOST:PORT/path?query", taken apart. What is behind the port goes to
// the server as it was written, {n} and all.
Result<Server> SplitUrl(const std::string& url, std::string* target) {
  constexpr std::string_view kScheme = "http://";
  const std::size_t slash =
      url.starts_with(kScheme) ? url.find('/', kScheme.size()) : url.npos;
  *target = slash == url.npos ? "/" : url.substr(slash);
  return ServerOf(url.substr(0, slash));
}

Result<void> AddHeaders(const LoadOptions& options, RequestTemplate* request) {
  for (std::size_t i = 0; i < options.headers.size(); ++i) {
    const std::string& header = options.headers[i];
    const std::size_t colon = header.find(':');
    if (colon == header.npos || colon == 0) {
      // Not shown: it may be a key.
      return Fail(ErrorKind::kInvalid,
                  fmt::format("-H number {}: takes 'NAME: VALUE'", i + 1));
    }
    const std::size_t value = header.find_first_not_of(' ', colon + 1);
    auto expanded = Expanded(value == header.npos ? "" : header.substr(value));
    if (!expanded) {
      return Fail(ErrorKind::kInvalid, "-H: " + expanded.error().message);
    }
    request->headers.emplace_back(header.substr(0, colon),
                                  std::move(*expanded));
  }
  return {};
}

// Whom is asked, and what.
Result<void> PlanRequest(const LoadOptions& options, LoadPlan& plan) {
  const auto server = SplitUrl(options.url, &plan.request.target);
  if (!server) return std::unexpected(server.error());
  plan.address = server->address;
  plan.port = server->port;
  plan.host = server->host;
  plan.request.method = options.method;
  plan.request.body = options.body;
  return AddHeaders(options, &plan.request);
}

// How long.
Result<void> PlanTimes(const LoadOptions& options, LoadPlan& plan) {
  const auto timeout = ParseDuration(options.timeout);
  if (!timeout) return std::unexpected(timeout.error());
  const auto time = ParseDuration(options.time.empty() ? "0" : options.time);
  if (!time) return std::unexpected(time.error());
  if (options.rate > 0 && time->count() == 0 && options.requests == 0) {
    return Fail(ErrorKind::kInvalid, "--rate needs --time, or -n");
  }
  plan.timeout = *timeout;
  plan.duration = *time;
  plan.limit = std::chrono::hours(24);
  return {};
}

Result<LoadPlan> PlanOf(const LoadOptions& options) {
  LoadPlan plan;
  auto planned = PlanRequest(options, plan);
  if (planned) planned = PlanTimes(options, plan);
  if (!planned) return std::unexpected(planned.error());
  plan.rate = options.rate;
  plan.requests = options.requests;
  plan.concurrency = options.concurrency;
  FillIn(plan);
  plan.first_number = options.first_number;
  plan.keep_alive = options.keep_alive;
  plan.together = options.together;
  plan.processes = options.processes;
  plan.sources = options.sources;
  return plan;
}

}  // namespace

void Declare(CLI::App& app, LoadOptions& options) {
  app.add_option("url", options.url,
                 "http://HOST:PORT/PATH; {n} in it, and in the body, is the "
                 "request's number, {n7} the same with seven digits")
      ->required();
  app.add_option("-n,--requests", options.requests, "Requests in all (1)")
      ->check(CLI::Range(std::uint64_t{1}, kMostRequests));
  app.add_option("-c,--concurrency", options.concurrency,
                 "At once (1); with --rate, at the most (10000)")
      ->check(CLI::Range(std::uint64_t{1}, kMostAtOnce));
  app.add_option("--rate", options.rate,
                 "Requests a second, due at fixed times whatever the server "
                 "does; latency counts from when a request was due");
  app.add_option("--time", options.time, "No request begins later: 10s");
  app.add_option("--timeout", options.timeout, "Of a request")
      ->capture_default_str();
  app.add_option("-X,--method", options.method, "GET, POST, ...")
      ->capture_default_str();
  app.add_option("-H,--header", options.headers,
                 "'NAME: VALUE'; may be repeated. ${NAME} in the value is that "
                 "variable of the environment: not seen in the list of "
                 "processes")
      ->take_all();
  app.add_option("-d,--data", options.body, "The body");
  app.add_option("--first", options.first_number, "The first request's number")
      ->check(CLI::Range(std::uint64_t{0}, kLastNumber));
  app.add_flag("--keep-alive", options.keep_alive,
               "Use connections again, from request to request");
  app.add_flag("--together", options.together,
               "Send nothing before all connections are there");
  app.add_option("--processes", options.processes,
                 "0: as cores and descriptors ask for")
      ->capture_default_str();
  app.add_option("--sources", options.sources,
                 "Source addresses, 127.0.0.1 and on; 0: as ports ask for")
      ->capture_default_str();
  app.add_flag("--json", options.json, "Print JSON");
}

int RunLoadCommand(const LoadOptions& options,
                   const Surroundings& surroundings) {
  const auto plan = PlanOf(options);
  if (!plan) return Complain(plan.error());
  const auto result = RunLoad(*plan, [&](const LoadProgress& now) {
    surroundings.progress(fmt::format("{} done, {} with 2xx, {} connected",
                                      now.done, now.succeeded, now.connected),
                          false);
  });
  if (!result) return Complain(result.error());
  surroundings.progress(
      fmt::format("{} done{}", result->Answered() + result->Failed(),
                  result->interrupted ? ", and interrupted" : ""),
      true);
  if (options.json) {
    fmt::print("{}\n", LoadJson(*plan, *result).dump(2));
  } else {
    fmt::print("{}", LoadText(*plan, *result));
  }
  return result->Succeeded() == result->asked ? 0 : kExitSomethingFailed;
}

}  // namespace smsweb::bench
