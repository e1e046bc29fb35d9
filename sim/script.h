// What is to go wrong, and when: a script for simulated modems and the network
// behind them, as text. Pure; the modem obeys it (at_session.h) in whatever
// time it is told.
//
// One rule a line; '#' starts a comment; words stand apart, "..." is one word,
// with \r \n \t \0 \xHH \" \\ in it.
//
//   RULE = [modem NAME] [WHEN:] DO [; DO]...
//
// Without WHEN, it happens at the start. '*' in NAME is anything. A time is
// 3s, 250ms or 2m. docs/simulator.md says what each does.
//
//   WHEN = at TIME                        since the start
//        | every TIME [until COMMAND]
//        | on COMMAND [#N | #N-M | #N+]    AT+CMGS, AT+CREG?, AT+CNMI=2,1, AT*
//        | on prompt [#...]                AT+CMGS is about to get it
//        | on pdu [to NUMBER] [#...]       Ctrl-Z came
//        | on open [#...]                  a host opens the port
//        | on ussd CODE [#...]
//        | after N messages                the network has taken the N-th
//   DO   = [in TIME] ACT
//   ACT  = silence | lose | error | cms N | cme N | answer "BYTES"
//        | delay TIME | late TIME | before "BYTES" | behind "BYTES"
//        | insert "BYTES" at N | cut N [for TIME] | dribble TIME
//        | network lost|searching|denied|home|roaming | signal N
//        | operator "NAME" | sim removed|inserted|puk | sim pin DIGITS
//        | imei DIGITS | smsc NUMBER | echo on|off | profile NAME
//        | manufacturer "TEXT" | model "TEXT" | revision "TEXT"
//        | storage MEMORY N | fill MEMORY | reports in MEMORY
//        | line "TEXT" | flood N "TEXT" | raw "BYTES"
//        | disconnect [for TIME] [as PLACE] | connect [as PLACE]
//        | unplug [for TIME] [as PLACE] | reboot [for TIME]
//        | hang [for TIME | until COMMAND | until reopened | until unplugged]
//        | inbound from NUMBER text "TEXT" [parts N,N...] [ref N] [class N]
//        | inbound from NUMBER data HEX port N | inbound pdu HEX
//        | report STATUS [after TIME] [reference N] [from NUMBER] [unasked]
//          [before]
//        | report STATUS for REFERENCE to NUMBER | no report
//        | ussd "TEXT" [status N] [dcs N] [after TIME]
//   STATUS = delivered | failed | temporary | N     (TS 23.040 § 9.2.3.15)
//   MEMORY = SM | ME | SR
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"

namespace smsweb::sim {

// When a rule fires: the `first`th to `last`th time that this happens to the
// modem, counted from 1.
struct Trigger {
  enum class Kind : std::uint8_t {
    kAt,
    kEvery,
    kCommand,
    kPrompted,
    kPdu,
    kOpen,
    kUssd,
    kMessages,
  };
  Kind kind = Kind::kAt;
  Millis time{0};       // of kAt and kEvery
  std::string pattern;  // of kCommand; what ends kEvery; kPdu's recipient
                        // (empty: any), kUssd's code
  std::uint64_t first = 1;
  std::uint64_t last = UINT64_MAX;
};

// How a status report for the message at hand is to be.
struct ReportPlan {
  int status = 0;               // TP-ST
  std::optional<Millis> after;  // without: as long as reports take
  std::optional<int> reference;
  std::string from;      // instead of the recipient
  bool unasked = false;  // even where TP-SRR was not set
  bool before = false;   // the answer to the message
  bool operator==(const ReportPlan&) const = default;
};

// A message for the host, before it is cut into parts.
struct Inbound {
  std::string from;
  std::string text;
  std::vector<std::uint8_t> data;  // instead of the text, to `port`
  std::optional<int> port;
  std::vector<std::uint8_t> pdu;  // instead of all else: as it is
  std::vector<int> parts;         // which of them, in this order; none: all
  std::optional<int> reference;   // of the concatenation
  std::optional<int> message_class;
};

struct Action {
  enum class Kind : std::uint8_t {
    // the answer
    kSilence,
    kLose,
    kPlainError,
    kCms,
    kCme,
    kAnswer,
    kDelay,
    kLate,
    kBefore,
    kBehind,
    kInsert,
    kCut,
    kDribble,
    // the state
    kNetwork,
    kSignal,
    kOperator,
    kSim,
    kPin,
    kImei,
    kSmsc,
    kEcho,
    kProfile,
    kManufacturer,
    kModel,
    kRevision,
    kStorage,
    kFill,
    kReportsIn,
    // the line and the modem
    kLine,
    kFlood,
    kRaw,
    kDisconnect,
    kConnect,
    kUnplug,
    kReboot,
    kHang,
    // the network
    kInbound,
    kReport,
    kNoReport,
    kReportFor,
    kUssd,
  };
  Kind kind = Kind::kSilence;
  std::string text;            // bytes, a name, a command, a place
  int number = 0;              // code, count, position, status
  std::optional<Millis> time;  // how long
  std::optional<Millis> in;    // do it that much later
  Inbound inbound;             // of kInbound
  ReportPlan report;           // of kReport and kReportFor
  std::optional<int> dcs;      // of kUssd
  std::string source;          // as it was written

  bool ShapesAnswer() const {
    return kind <= Kind::kDribble || kind == Kind::kReport ||
           kind == Kind::kNoReport;
  }
  bool SetsState() const {
    return kind >= Kind::kNetwork && kind <= Kind::kReportsIn;
  }
};

struct Rule {
  std::string place;  // "name:12"
  std::string modem = "*";
  Trigger when;
  std::vector<Action> actions;
};

struct Script {
  std::vector<Rule> rules;
};

// An error says "name:line: ", what is wrong, and what to write instead.
Result<Script> ParseScript(std::string_view text, std::string name);

// Whether `text` is `pattern`, where '*' stands for any characters.
bool FitsGlob(std::string_view pattern, std::string_view text);

}  // namespace smsweb::sim
