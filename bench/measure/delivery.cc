#include "bench/measure/delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/load/load.h"
#include "bench/load/micros.h"
#include "bench/measure/http_client.h"
#include "bench/measure/phone.h"
#include "bench/measure/server.h"
#include "bench/measure/wire_times.h"
#include "bench/process/child.h"
#include "common/base/clock.h"

namespace smsweb::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr auto kPerMessage = 60s;  // a message may take so long, and no longer

// One message: how it is found again, and when it was asked for.
struct Asked {
  std::string text;
  std::string id;  // of smsweb's answer; empty: the paper's gives none
  std::int64_t sent_us = 0;
  std::int64_t answered_us = 0;
};

std::int64_t CivilOffsetMicros() {
  const auto civil = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(civil).count() -
         NowMicros();
}

const std::string kWord = "pesan";  // each text is this and a number

class Delivery {
 public:
  Delivery(const DeliveryPlan& plan, Setup& setup, const Progress& progress)
      : plan_(plan),
        setup_(setup),
        progress_(progress),
        server_(ServerOf(setup)),
        phone_(setup.phone()),
        offset_us_(CivilOffsetMicros()) {}

  Result<DeliveryRecord> Measure() {
    // What follows finds the modem set up.
    const auto warm = Ask(kWord);
    if (!warm) return std::unexpected(warm.error());
    if (auto there = Await({*warm}); !there) {
      return std::unexpected(there.error());
    }
    const auto asked = plan_.burst ? AskAtOnce() : AskOneByOne();
    if (!asked) return std::unexpected(asked.error());
    return Evaluate(*asked);
  }

 private:
  std::string TargetOf(const std::string& text) const {
    return fmt::format("/s.py?rcpt={}&msg={}", plan_.recipient,
                       PercentEncoded(text));
  }

  Result<Asked> Ask(const std::string& text) {
    const auto answer = client_.Get(server_.base() + TargetOf(text));
    if (!answer) return std::unexpected(answer.error());
    const Json body = Json::parse(answer->body, nullptr, false);
    if (answer->status < 200 || answer->status > 299) {
      return Fail(ErrorKind::kUnavailable,
                  fmt::format("{} answered {} to a message ({})",
                              server_.base(), answer->status,
                              body.is_object() ? body.value("code", "no code")
                                               : "no problem+json"));
    }
    return Asked{text, body.is_object() ? body.value("id", "") : "",
                 answer->sent_us, answer->answered_us};
  }

  Result<std::vector<Asked>> AskOneByOne() {
    std::vector<Asked> asked;
    for (std::uint64_t i = 1; i <= plan_.messages; ++i) {
      auto one = Ask(fmt::format("{} {}", kWord, i));
      if (!one) return std::unexpected(one.error());
      asked.push_back(std::move(*one));
      if (auto there = Await({asked.back()}); !there) {
        return std::unexpected(there.error());
      }
      progress_(fmt::format("delivery on {}: {} of {}", plan_.setup, i,
                            plan_.messages),
                false);
    }
    return asked;
  }

  Result<std::vector<Asked>> AskAtOnce() {
    LoadPlan load{.address = server_.address, .port = server_.port};
    load.request.target =
        fmt::format("/s.py?rcpt={}&msg={}%20{{n}}", plan_.recipient, kWord);
    load.first_number = 1;
    load.requests = plan_.messages;
    load.concurrency = plan_.messages;
    load.record = true;
    const auto done = RunLoad(load);
    if (!done) return std::unexpected(done.error());
    std::vector<Asked> asked;
    for (const RequestRecord& record : done->records) {
      if (record.status < 200 || record.status > 299) continue;
      asked.push_back({fmt::format("{} {}", kWord, record.number), "",
                       record.due_us, record.answered_us});
    }
    if (auto there = Await(asked); !there)
      return std::unexpected(there.error());
    return asked;
  }

  bool IsReal() const { return !plan_.options.device.empty(); }
  const std::string& KeyOf(const Asked& one) const {
    return IsReal() ? one.id : one.text;
  }

  std::map<std::string, WireTime> Times() {
    if (!IsReal()) {
      phone_.Look();
      return phone_.times();
    }
    std::filesystem::path log;
    std::filesystem::path trace;
    for (const auto& [name, path] : setup_.logs()) {
      if (name == "smswebd") log = path;
      if (name == "trace") trace = path;
    }
    return FromLogs(log, trace, offset_us_);
  }

  std::string WordsOfSpooler() const {
    for (const auto& [name, path] : setup_.logs()) {
      if (name == "smswebd") return "; the spooler said:\n" + LastLines(path);
    }
    return {};
  }

  Result<void> Await(const std::vector<Asked>& asked) {
    auto news = steady_clock::now();
    std::size_t there = 0;
    while (true) {
      const auto times = Times();
      const auto now = static_cast<std::size_t>(std::ranges::count_if(
          asked, [&](const Asked& one) { return times.contains(KeyOf(one)); }));
      if (now == asked.size()) return {};
      if (now > there) news = steady_clock::now();
      there = now;
      if (steady_clock::now() - news > kPerMessage) {
        return Fail(
            ErrorKind::kUnavailable,
            fmt::format("{} of {} messages were sent, and none for {} s{}",
                        there, asked.size(), kPerMessage.count(),
                        WordsOfSpooler()));
      }
      if (asked.size() > 1) {
        progress_(fmt::format("delivery on {}: {} of {}", plan_.setup, there,
                              asked.size()),
                  false);
      }
      std::this_thread::sleep_for(5ms);
    }
  }

  // When its status report was kept, of CLOCK_MONOTONIC; none within the time.
  std::optional<std::int64_t> ReportedAt(const Asked& one) {
    const auto end = steady_clock::now() + plan_.options.report_delay + 20s;
    while (steady_clock::now() < end) {
      const auto answer =
          client_.Get(server_.base() + "/v1/messages/" + one.id);
      if (!answer || answer->status != 200) return std::nullopt;
      const Json message = Json::parse(answer->body, nullptr, false);
      const Json parts = message.value("part_states", Json::array());
      if (!parts.empty() && parts[0].contains("reported_at")) {
        const auto time = ParseRfc3339(parts[0].value("reported_at", ""));
        if (!time) return std::nullopt;
        return std::int64_t{time->time_since_epoch().count()} * 1000 -
               offset_us_;
      }
      std::this_thread::sleep_for(20ms);
    }
    return std::nullopt;
  }

  DeliveryRecord Evaluate(const std::vector<Asked>& asked) {
    DeliveryRecord record = Describe();
    std::map<std::string, WireTime> measured;
    const auto times = Times();
    for (const Asked& one : asked) {
      record.answered.Record(one.answered_us - one.sent_us);
      const auto found = times.find(KeyOf(one));
      if (found == times.end()) continue;
      measured.insert(*found);
      ++record.delivered;
      record.to_modem.Record(found->second.cmgs_us - one.sent_us);
      record.to_network.Record(found->second.accepted_us - one.sent_us);
      if (one.id.empty() || !plan_.options.reports) continue;
      if (const auto reported = ReportedAt(one)) {
        ++record.reported;
        record.to_report.Record(*reported - one.sent_us);
      }
    }
    if (plan_.burst) record.modem_idle = IdleShare(measured);
    return record;
  }

  DeliveryRecord Describe() const {
    const double seconds =
        std::chrono::duration<double>(plan_.options.send_time).count();
    DeliveryRecord record;
    record.setup = plan_.setup;
    record.modems = plan_.options.modems;
    record.modem = IsReal() ? plan_.options.device
                            : fmt::format("simulated, {} s a message", seconds);
    record.send_seconds = seconds;
    record.messages = plan_.messages;
    record.load = plan_.burst ? fmt::format("{} at once", plan_.messages)
                              : std::string("one at a time");
    return record;
  }

  const DeliveryPlan& plan_;
  Setup& setup_;
  const Progress& progress_;
  const Server server_;
  Phone phone_;
  const std::int64_t offset_us_;
  HttpClient client_;
};

}  // namespace

Result<DeliveryRecord> MeasureDelivery(const DeliveryPlan& plan,
                                       const Progress& progress) {
  if (!plan.options.device.empty() && plan.burst) {
    return Fail(ErrorKind::kInvalid,
                "a burst through a real modem costs money and tells nothing "
                "more; measure it one at a time");
  }
  progress(fmt::format("delivery on {}: starting", plan.setup), false);
  auto setup = StartSetup(plan.setup, plan.options);
  if (!setup) return std::unexpected(setup.error());
  return Delivery(plan, **setup, progress).Measure();
}

}  // namespace smsweb::bench
