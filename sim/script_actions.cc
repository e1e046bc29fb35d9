#include "sim/script_actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "common/pdu/hex.h"
#include "sim/at_line.h"
#include "sim/personality.h"

namespace smsweb::sim {
namespace {

using Kind = Action::Kind;

constexpr int kMany = 1'000'000;

bool Nothing(Words&, Action&) { return true; }

bool Code(Words& words, Action& action) {
  return words.TakeNumber(action.number, 0, 65535, "an error's number");
}

bool Bytes(Words& words, Action& action) {
  return words.TakeQuoted(action.text, "bytes");
}

bool Time(Words& words, Action& action) {
  return words.TakeTime(action.time.emplace());
}

bool OptionalFor(Words& words, Action& action) {
  return !words.Take("for") || Time(words, action);
}

bool OptionalPlace(Words& words, Action& action) {
  return !words.Take("as") || words.TakeAny(action.text, "a place");
}

bool ForAndPlace(Words& words, Action& action) {
  return OptionalFor(words, action) && OptionalPlace(words, action);
}

bool Insert(Words& words, Action& action) {
  if (!Bytes(words, action)) return false;
  if (!words.Take("at")) return words.Bad("write insert \"BYTES\" at N");
  return words.TakeNumber(action.number, 0, kMany, "a position");
}

bool Cut(Words& words, Action& action) {
  return words.TakeNumber(action.number, 0, kMany, "how many bytes come") &&
         OptionalFor(words, action);
}

bool OneOf(Words& words, std::string& text,
           std::initializer_list<std::string_view> known) {
  const std::string list = fmt::format("{}", fmt::join(known, ", "));
  if (!words.TakeAny(text, list)) return false;
  return std::find(known.begin(), known.end(), text) != known.end() ||
         words.Bad(fmt::format("\"{}\": write one of {}", text, list));
}

bool Network(Words& words, Action& action) {
  return OneOf(words, action.text,
               {"lost", "searching", "denied", "home", "roaming"});
}

bool Signal(Words& words, Action& action) {
  return words.TakeNumber(action.number, 0, 99, "a +CSQ");
}

bool Name(Words& words, Action& action) {
  return words.TakeAny(action.text, "a value");
}

bool Sim(Words& words, Action& action) {
  if (words.Take("pin")) {
    action.kind = Kind::kPin;
    return words.TakeAny(action.text, "a PIN");
  }
  return OneOf(words, action.text, {"removed", "inserted", "puk"});
}

bool Profile(Words& words, Action& action) {
  return words.TakeAny(action.text, "a profile's name") &&
         (FindPersonality(action.text) != nullptr ||
          words.Bad(fmt::format("\"{}\": there are {}", action.text,
                                PersonalityNames())));
}

bool OnOff(Words& words, Action& action) {
  return OneOf(words, action.text, {"on", "off"});
}

bool Memory(Words& words, Action& action) {
  return OneOf(words, action.text, {"SM", "ME", "SR"});
}

bool Places(Words& words, Action& action) {
  return Memory(words, action) &&
         words.TakeNumber(action.number, 0, 1000, "how many places");
}

bool ReportsIn(Words& words, Action& action) {
  if (!words.Take("in")) return words.Bad("write reports in SR (or SM, ME)");
  return Memory(words, action);
}

bool Flood(Words& words, Action& action) {
  return words.TakeNumber(action.number, 1, kMany, "how many lines") &&
         Bytes(words, action);
}

bool Hang(Words& words, Action& action) {
  if (words.Take("for")) return Time(words, action);
  if (!words.Take("until")) return true;
  if (!words.TakeAny(action.text, "a command, reopened or unplugged")) {
    return false;
  }
  const std::string upper = UpperCase(action.text);
  if (upper.starts_with("AT")) {
    action.text = upper;
    return true;
  }
  return action.text == "reopened" || action.text == "unplugged" ||
         words.Bad("\"until " + action.text +
                   "\": write until AT..., reopened or unplugged");
}

// ---- inbound ----

bool TakeHex(Words& words, std::vector<std::uint8_t>& octets) {
  std::string digits;
  if (!words.TakeAny(digits, "hexadecimal digits")) return false;
  auto read = FromHex(digits);
  if (!read || read->empty()) {
    return words.Bad(
        fmt::format("\"{}"
                    "\" is not in hexadecimal digits",
                    digits));
  }
  octets = std::move(*read);
  return true;
}

// "2,1,3".
bool TakeParts(Words& words, std::vector<int>& parts) {
  std::string list;
  if (!words.TakeAny(list, "numbers such as 2,1,3")) return false;
  std::string_view rest = list;
  while (true) {
    const auto comma = rest.find(',');
    const auto number = ReadInteger(rest.substr(0, comma));
    if (!number || *number < 1 || *number > 255) {
      return words.Bad(
          fmt::format("\"{}"
                      "\": write numbers such as 2,1,3",
                      list));
    }
    parts.push_back(*number);
    if (comma == std::string_view::npos) return true;
    rest.remove_prefix(comma + 1);
  }
}

bool InboundContent(Words& words, Inbound& inbound) {
  if (words.Take("text")) return words.TakeQuoted(inbound.text, "a text");
  if (!words.Take("data")) return words.Bad("write text \"...\" or data HEX");
  if (!TakeHex(words, inbound.data)) return false;
  if (!words.Take("port")) return words.Bad("write data HEX port N");
  return words.TakeNumber(inbound.port.emplace(), 0, 65535, "a port");
}

bool InboundOptions(Words& words, Inbound& inbound) {
  while (true) {
    bool good = true;
    if (words.Take("parts")) {
      good = TakeParts(words, inbound.parts);
    } else if (words.Take("ref")) {
      good = words.TakeNumber(inbound.reference.emplace(), 0, 65535,
                              "a reference");
    } else if (words.Take("class")) {
      good = words.TakeNumber(inbound.message_class.emplace(), 0, 3, "a class");
    } else {
      return true;
    }
    if (!good) return false;
  }
}

bool TakeInbound(Words& words, Action& action) {
  Inbound& inbound = action.inbound;
  if (words.Take("pdu")) return TakeHex(words, inbound.pdu);
  if (!words.Take("from")) {
    return words.Bad("write inbound from NUMBER ... or inbound pdu HEX");
  }
  return words.TakeAny(inbound.from, "a number") &&
         InboundContent(words, inbound) && InboundOptions(words, inbound);
}

// ---- reports, TS 23.040 § 9.2.3.15 ----

constexpr int kDelivered = 0x00;  // received by the SME
constexpr int kTemporary = 0x20;  // congestion, the SC goes on trying
constexpr int kPermanent = 0x46;  // validity period expired

bool TakeStatus(Words& words, int& status) {
  if (words.Take("delivered")) {
    status = kDelivered;
  } else if (words.Take("temporary")) {
    status = kTemporary;
  } else if (words.Take("failed")) {
    status = kPermanent;
  } else {
    return words.TakeNumber(status, 0, 255,
                            "delivered, failed, temporary or a TP-ST");
  }
  return true;
}

bool ReportOptions(Words& words, ReportPlan& report) {
  while (true) {
    bool good = true;
    if (words.Take("after")) {
      good = words.TakeTime(report.after.emplace());
    } else if (words.Take("reference")) {
      good =
          words.TakeNumber(report.reference.emplace(), 0, 255, "a reference");
    } else if (words.Take("from")) {
      good = words.TakeAny(report.from, "a number");
    } else if (words.Take("unasked")) {
      report.unasked = true;
    } else if (words.Take("before")) {
      report.before = true;
    } else {
      return true;
    }
    if (!good) return false;
  }
}

bool TakeReport(Words& words, Action& action) {
  if (!TakeStatus(words, action.report.status)) return false;
  if (!words.Take("for")) return ReportOptions(words, action.report);
  action.kind = Kind::kReportFor;
  if (!words.TakeNumber(action.report.reference.emplace(), 0, 255,
                        "a reference")) {
    return false;
  }
  if (!words.Take("to")) return words.Bad("write report ... for N to NUMBER");
  return words.TakeAny(action.report.from, "a number");
}

bool No(Words& words, Action&) {
  return words.Take("report") || words.Bad("write no report");
}

bool Ussd(Words& words, Action& action) {
  if (!words.TakeQuoted(action.text, "a text")) return false;
  while (true) {
    bool good = true;
    if (words.Take("status")) {
      good = words.TakeNumber(action.number, 0, 5, "a status");
    } else if (words.Take("dcs")) {
      good = words.TakeNumber(action.dcs.emplace(), 0, 255, "a coding scheme");
    } else if (words.Take("after")) {
      good = Time(words, action);
    } else {
      return true;
    }
    if (!good) return false;
  }
}

struct Row {
  std::string_view word;
  Kind kind;
  bool (*read)(Words&, Action&);
};

constexpr auto kRows = std::to_array<Row>({
    {"silence", Kind::kSilence, Nothing},
    {"lose", Kind::kLose, Nothing},
    {"error", Kind::kPlainError, Nothing},
    {"cms", Kind::kCms, Code},
    {"cme", Kind::kCme, Code},
    {"answer", Kind::kAnswer, Bytes},
    {"delay", Kind::kDelay, Time},
    {"late", Kind::kLate, Time},
    {"before", Kind::kBefore, Bytes},
    {"behind", Kind::kBehind, Bytes},
    {"insert", Kind::kInsert, Insert},
    {"cut", Kind::kCut, Cut},
    {"dribble", Kind::kDribble, Time},
    {"network", Kind::kNetwork, Network},
    {"signal", Kind::kSignal, Signal},
    {"operator", Kind::kOperator, Name},
    {"sim", Kind::kSim, Sim},
    {"imei", Kind::kImei, Name},
    {"smsc", Kind::kSmsc, Name},
    {"echo", Kind::kEcho, OnOff},
    {"profile", Kind::kProfile, Profile},
    {"manufacturer", Kind::kManufacturer, Bytes},
    {"model", Kind::kModel, Bytes},
    {"revision", Kind::kRevision, Bytes},
    {"storage", Kind::kStorage, Places},
    {"fill", Kind::kFill, Memory},
    {"reports", Kind::kReportsIn, ReportsIn},
    {"line", Kind::kLine, Bytes},
    {"flood", Kind::kFlood, Flood},
    {"raw", Kind::kRaw, Bytes},
    {"disconnect", Kind::kDisconnect, ForAndPlace},
    {"connect", Kind::kConnect, OptionalPlace},
    {"unplug", Kind::kUnplug, ForAndPlace},
    {"reboot", Kind::kReboot, OptionalFor},
    {"hang", Kind::kHang, Hang},
    {"inbound", Kind::kInbound, TakeInbound},
    {"report", Kind::kReport, TakeReport},
    {"no", Kind::kNoReport, No},
    {"ussd", Kind::kUssd, Ussd},
});

std::string KnownWords() {
  std::string list;
  for (const Row& row : kRows) {
    list += fmt::format("{}{}", list.empty() ? "" : ", ", row.word);
  }
  return list;
}

}  // namespace

bool TakeAction(Words& words, Action& action) {
  const std::size_t from = words.position();
  if (words.Take("in") && !words.TakeTime(action.in.emplace())) return false;
  std::string word;
  if (!words.TakeAny(word, "an action")) return false;
  for (const Row& row : kRows) {
    if (row.word != word) continue;
    action.kind = row.kind;
    if (!row.read(words, action)) return false;
    action.source = action.kind == Kind::kPin ? "sim pin" : words.Source(from);
    return !action.in || !action.ShapesAnswer() ||
           words.Bad("in TIME does not go with \"" + word +
                     "\", which is about an answer");
  }
  return words.Bad(
      fmt::format("\"{}\" is no action; there are {}", word, KnownWords()));
}

}  // namespace smsweb::sim
