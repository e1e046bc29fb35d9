#include "bench/load/plan_check.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "bench/load/request_check.h"

namespace smsweb::bench {
namespace {

// What is wrong, or nothing.
using Complaint = std::string;

constexpr int kMostProcesses = 1000;
constexpr int kMostSources = 60'000;

std::optional<std::uint32_t> ReadAddress(const std::string& text) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

Complaint CheckServer(const LoadPlan& plan) {
  if (!ReadAddress(plan.address)) {
    return fmt::format("address \"{}\": expected IPv4, such as 127.0.0.1",
                       plan.address);
  }
  if (plan.port == 0) return "port 0: give the server's";
  if (!IsLine(plan.host)) return "host: has characters that no header may have";
  return {};
}

Complaint Within(std::string_view field, const Complaint& complaint) {
  return complaint.empty() ? "" : fmt::format("{}: {}", field, complaint);
}

Complaint CheckHeaders(const RequestTemplate& request) {
  for (const auto& [name, value] : request.headers) {
    const Complaint complaint = WhyNotHeader(name, value);
    if (!complaint.empty()) return complaint;
  }
  return {};
}

Complaint CheckRequest(const RequestTemplate& request) {
  for (const Complaint& complaint :
       {Within("request.method", WhyNotMethod(request.method)),
        Within("request.target", WhyNotTarget(request.target)),
        Within("request.body", WhyNotBody(request.body)),
        Within("request.headers", CheckHeaders(request))}) {
    if (!complaint.empty()) return complaint;
  }
  return {};
}

Complaint CheckRate(const LoadPlan& plan) {
  if (plan.rate == 0) return {};
  if (!(plan.rate >= kLeastRate && plan.rate <= kMostRate)) {
    return fmt::format(
        "rate: expected {} to {} requests/s, or 0 for a closed loop",
        kLeastRate, kMostRate);
  }
  const double seconds = std::chrono::duration<double>(plan.duration).count();
  const bool is_cut = plan.requests >= kMostRequests &&
                      plan.rate * seconds > static_cast<double>(kMostRequests);
  if (!is_cut) return {};
  return fmt::format("rate: {} requests/s for {} s are more than {} requests",
                     plan.rate, seconds, kMostRequests);
}

Complaint CheckCounts(const LoadPlan& plan) {
  if (plan.requests == 0 || plan.requests > kMostRequests) {
    return fmt::format("requests: expected 1 to {}", kMostRequests);
  }
  if (plan.concurrency == 0 || plan.concurrency > kMostAtOnce) {
    return fmt::format("concurrency: expected 1 to {}", kMostAtOnce);
  }
  if (plan.first_number > kLastNumber) {
    return fmt::format("first_number: expected at most {}", kLastNumber);
  }
  if (plan.processes < 0 || plan.processes > kMostProcesses) {
    return fmt::format("processes: expected 0 to {}", kMostProcesses);
  }
  return {};
}

Complaint CheckSources(const LoadPlan& plan) {
  if (plan.sources < 0 || plan.sources > kMostSources) {
    return fmt::format("sources: expected 0 to {}", kMostSources);
  }
  if (plan.sources > 1 && !IsLoopback(plan.address)) {
    return fmt::format(
        "sources: {} is not in 127.0.0.0/8, and is reached from one address",
        plan.address);
  }
  return {};
}

Complaint CheckTimes(const LoadPlan& plan) {
  using std::chrono::milliseconds;
  if (plan.timeout <= milliseconds::zero()) return "timeout: expected over 0";
  if (plan.duration < milliseconds::zero())
    return "duration: expected 0 or more";
  if (plan.limit <= milliseconds::zero()) return "limit: expected over 0";
  if (plan.connect_patience <= milliseconds::zero()) {
    return "connect_patience: expected over 0";
  }
  return {};
}

}  // namespace

bool IsLoopback(const std::string& address) {
  constexpr std::uint32_t kLoopback = 127;
  const auto number = ReadAddress(address);
  return number && *number >> 24 == kLoopback;
}

Result<void> CheckPlan(const LoadPlan& plan) {
  for (const Complaint& complaint :
       {CheckServer(plan), CheckRequest(plan.request), CheckCounts(plan),
        CheckRate(plan), CheckSources(plan), CheckTimes(plan)}) {
    if (!complaint.empty()) {
      return Fail(ErrorKind::kInvalid, "load: " + complaint);
    }
  }
  return {};
}

}  // namespace smsweb::bench
