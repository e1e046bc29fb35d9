// What a simulated modem knows between two commands: who it is, its SIM, the
// network around it, what was set and what is stored. Commands read and write
// it (commands.h).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sim/memory.h"
#include "sim/personality.h"

namespace smsweb::sim {

enum class SimCard : std::uint8_t {
  kReady,
  kPinRequired,
  kPukRequired,
  kAbsent
};

// As <stat> of +CREG counts them (TS 27.007 § 7.2).
enum class Coverage : std::uint8_t {
  kLost = 0,
  kHome = 1,
  kSearching = 2,
  kDenied = 3,
  kRoaming = 5,
};

// "lost", "home", "searching", "denied", "roaming".
Coverage CoverageNamed(std::string_view name);

struct ModemOptions {
  std::string name = "sim-1";
  int index = 0;                   // makes IMEI and IMSI its own
  std::optional<std::string> pin;  // asked for where there is one
  std::string smsc = "+628999000001";
  bool sim_present = true;
  bool registered = true;
};

// Settings of up to five numbers, by command name.
using SettingValues = std::array<int, 5>;

// What a command asks of those that are not in ModemState; the session sees to
// it behind the answer.
struct Wishes {
  bool restart = false;                // AT+CFUN=1,1
  bool freed = false;                  // there may be room in a memory
  std::optional<bool> acknowledged{};  // AT+CNMA: taken, or refused
  std::optional<std::string> ussd{};   // AT+CUSD=1,"..."
};

struct ModemState {
  explicit ModemState(ModemOptions options);

  ModemOptions options;
  Personality identity;
  std::string imei;  // 15 digits, the last one a checksum
  SimCard sim;
  int pin_attempts = 3;
  std::string smsc;
  Coverage coverage;
  int signal = 24;  // as +CSQ counts it
  std::string operator_name = "smsweb";
  Memories memories;
  Memory::Name report_memory = Memory::Name::kReports;  // of +CDSI

  std::string charset = "IRA";
  std::map<std::string, SettingValues, std::less<>> settings;
  int functionality = 1;  // +CFUN
  int operator_format = 0;
  bool echo = true;
  bool verbose = true;
  bool quiet = false;
  bool awaits_ack = false;  // +CNMA
  Wishes wishes;

  // The factory's values, but for what a real modem keeps: SIM and SMSC.
  void Reset();

  // As after power-on: the SIM asks for its PIN again.
  void Restart();

  int Setting(std::string_view name, std::size_t index = 0) const;
  bool text_mode() const { return Setting("+CMGF") == 1; }
  Coverage registration() const;  // of +CREG
  bool on_network() const;
  Memory& memory(std::size_t use);  // of +CPMS: 0 to read, 1 to write, 2 for
                                    // what arrives
  std::string Imsi() const;
};

}  // namespace smsweb::sim
