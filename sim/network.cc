#include "sim/network.h"

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "sim/at_result.h"
#include "sim/inbound_pdus.h"

namespace smsweb::sim {
namespace {

// Fields stay in the order in which they are written here.
using Json = nlohmann::ordered_json;

std::int64_t MonotonicMicros(const Instant& instant) {
  return std::chrono::floor<std::chrono::microseconds>(
             instant.mono.time_since_epoch())
      .count();
}

std::string_view EventName(const Answer& answer) {
  switch (answer.kind) {
    case Answer::Kind::kTaken:
    case Answer::Kind::kLost:
      return "part";
    case Answer::Kind::kRefused:
      return "refused";
    case Answer::Kind::kNone:
      return "silent";
  }
  return "part";
}

// Bytes of a script may be no UTF-8.
std::string Dump(const Json& record) {
  return record.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string_view ToString(Receipt receipt) {
  switch (receipt) {
    case Receipt::kTaken:
      return "taken";
    case Receipt::kMemoryFull:
      return "memory-full";
    case Receipt::kRefused:
      return "refused";
    case Receipt::kUnacknowledged:
      break;
  }
  return "unacknowledged";
}

Json Head(std::string_view event, const Transmission& sent,
          const Instant& now) {
  return {{"event", event},
          {"time", FormatMicros(now)},
          {"modem", sent.modem},
          {"smsc", sent.smsc},
          {"recipient", ToString(sent.submit.recipient)}};
}

void AddPlace(const Submit& submit, Json& record) {
  const auto place = submit.data.Place();
  record["reference"] = place ? Json(place->reference) : Json(nullptr);
  record["part"] = place ? place->number : 1;
  record["of"] = place ? place->total : 1;
}

void AddTimes(const Transmission& sent, const Instant& now, Json& record) {
  record["cmgs_at"] = FormatMicros(sent.cmgs_at);
  record["pdu_at"] = FormatMicros(sent.pdu_at);
  record["accepted_at"] = FormatMicros(now);
  record["cmgs_us"] = MonotonicMicros(sent.cmgs_at);
  record["pdu_us"] = MonotonicMicros(sent.pdu_at);
  record["accepted_us"] = MonotonicMicros(now);
}

Json PartRecord(const Transmission& sent, const Answer& answer,
                const Instant& now) {
  const Submit& submit = sent.submit;
  Json record = Head(EventName(answer), sent, now);
  record["text"] = submit.data.Text();
  record["alphabet"] = ToString(submit.data.Coding().alphabet);
  AddPlace(submit, record);
  if (EventName(answer) == "part") {
    record["mr"] = sent.reference;
    record["answered"] = answer.kind == Answer::Kind::kTaken;
  }
  if (answer.kind == Answer::Kind::kRefused) {
    record["cms"] = answer.code > 0 ? Json(answer.code) : Json(nullptr);
  }
  const auto validity =
      submit.validity ? submit.validity->Period() : std::nullopt;
  record["validity"] = validity ? Json(validity->count()) : Json(nullptr);
  record["status_report"] = submit.status_report;
  record["pdu"] = ToHex(sent.octets);
  record["length"] = sent.tpdu_length;
  AddTimes(sent, now, record);
  return record;
}

Json MessageRecord(const Transmission& sent, const Reassembled& whole,
                   const Instant& now) {
  const auto place = sent.submit.data.Place();
  Json record = Head("message", sent, now);
  record["text"] = whole.text;
  record["parts"] = place ? place->total : 1;
  record["reference"] = place ? Json(place->reference) : Json(nullptr);
  record["cmgs_at"] = FormatMicros(whole.first_at);
  record["accepted_at"] = FormatMicros(now);
  record["cmgs_us"] = MonotonicMicros(whole.first_at);
  record["accepted_us"] = MonotonicMicros(now);
  return record;
}

}  // namespace

Answer Network::Carry(const Transmission& sent, const Instant& now) {
  Answer answer = sent.decided
                      ? *sent.decided
                      : outcomes_.Decide(ToString(sent.submit.recipient));
  const auto written = sink_.Write(Record(sent, answer, now));
  if (!written) return {Answer::Kind::kRefused, kCmsUnknown};
  if (EventName(answer) == "part") {
    answer.delivers_first = SendReports(sent, now);
  }
  return answer;
}

std::string Network::Record(const Transmission& sent, const Answer& answer,
                            const Instant& now) {
  std::string lines = PartRecord(sent, answer, now).dump();
  lines += '\n';
  if (EventName(answer) != "part") return lines;
  const Submit& submit = sent.submit;
  const auto whole = submit.data.Place()
                         ? reassembly_.Add(sent.modem, submit, sent.cmgs_at)
                         : Reassembled{submit.data.Text(), sent.cmgs_at};
  if (whole) {
    lines += MessageRecord(sent, *whole, now).dump();
    lines += '\n';
  }
  return lines;
}

// ---- towards the host ----

// Whether one of them comes before the modem's answer.
bool Network::SendReports(const Transmission& sent, const Instant& now) {
  const std::vector<ReportPlan> usual{{}};
  const auto& plans = sent.reports != nullptr ? *sent.reports : usual;
  const auto recipient = ToString(sent.submit.recipient);
  const Subject subject{sent.modem, sent.smsc, recipient, sent.reference};
  bool first = false;
  for (const ReportPlan& plan : plans) {
    if (!sent.submit.status_report && !plan.unasked) continue;
    SendReport(subject, plan, now);
    first = first || plan.before;
  }
  return first;
}

void Network::SendReport(const Subject& subject, const ReportPlan& plan,
                         const Instant& now) {
  const Millis delay =
      plan.before ? Millis(0) : plan.after.value_or(report_delay_);
  const auto sent_at = std::chrono::floor<std::chrono::seconds>(now.wall);
  auto octets = EncodeStatusReport(
      {.smsc = std::string(subject.smsc),
       .reference = static_cast<std::uint8_t>(
           plan.reference.value_or(subject.reference)),
       .recipient =
           plan.from.empty() ? std::string(subject.recipient) : plan.from,
       .sent_at = sent_at,
       .discharged_at =
           std::chrono::floor<std::chrono::seconds>(now.wall + delay),
       .status = static_cast<std::uint8_t>(plan.status)});
  if (!octets) return Complain(subject.modem, octets.error().message, now);
  mailbag_.Put(subject.modem,
               {next_id_++, Delivery::Kind::kReport, std::move(*octets)},
               now.mono + delay);
}

void Network::Report(std::string_view modem, std::string_view smsc,
                     const ReportPlan& plan, const Instant& now) {
  SendReport({modem, smsc, plan.from, 0}, plan, now);
}

void Network::Bring(std::string_view modem, std::string_view smsc,
                    const Inbound& inbound, const Instant& now) {
  const auto parts =
      EncodeInbound(inbound, smsc, next_reference_++,
                    std::chrono::floor<std::chrono::seconds>(now.wall));
  if (!parts) return Complain(modem, parts.error().message, now);
  for (const Octets& octets : *parts) {
    mailbag_.Put(
        modem,
        {next_id_++, Delivery::Kind::kMessage, octets, inbound.message_class},
        now.mono);
  }
}

void Network::Settle(std::string_view modem, const Delivery& delivery,
                     Receipt receipt, const Instant& now) {
  const bool report = delivery.kind == Delivery::Kind::kReport;
  const Json record = {{"event", report ? "report" : "inbound"},
                       {"time", FormatMicros(now)},
                       {"modem", modem},
                       {"id", delivery.id},
                       {"receipt", ToString(receipt)},
                       {"pdu", ToHex(delivery.octets)}};
  static_cast<void>(sink_.Write(Dump(record)));
  if (receipt == Receipt::kTaken) return;
  mailbag_.Return(modem, delivery, receipt, now.mono);
}

void Network::Note(std::string_view modem, std::string_view rule,
                   std::string_view action, const Instant& now) {
  const Json record = {{"event", "script"},
                       {"time", FormatMicros(now)},
                       {"modem", modem},
                       {"rule", rule},
                       {"action", action}};
  static_cast<void>(sink_.Write(Dump(record)));
}

void Network::Complain(std::string_view modem, std::string_view why,
                       const Instant& now) {
  const Json record = {{"event", "impossible"},
                       {"time", FormatMicros(now)},
                       {"modem", modem},
                       {"why", why}};
  static_cast<void>(sink_.Write(Dump(record)));
}

}  // namespace smsweb::sim
