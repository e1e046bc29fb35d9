// What a simulated modem knows between two commands: who it is, its SIM, and
// what was set. Commands read and write it (commands.h).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace smsweb::sim {

enum class SimCard : std::uint8_t {
  kReady,
  kPinRequired,
  kPukRequired,
  kAbsent
};

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

struct ModemState {
  explicit ModemState(ModemOptions options);

  ModemOptions options;
  SimCard sim;
  int pin_attempts = 3;
  std::string smsc;
  std::string charset = "IRA";
  std::map<std::string, SettingValues, std::less<>> settings;
  int functionality = 1;  // +CFUN
  int operator_format = 0;
  bool echo = true;
  bool verbose = true;
  bool quiet = false;

  // The factory's values, but for what a real modem keeps: SIM and SMSC.
  void Reset();

  // As after power-on: the SIM asks for its PIN again.
  void Restart();

  int Setting(std::string_view name, std::size_t index = 0) const;
  bool text_mode() const { return Setting("+CMGF") == 1; }
  bool on_network() const;
  std::string Imei() const;  // 15 digits, the last one a checksum
  std::string Imsi() const;
};

}  // namespace smsweb::sim
