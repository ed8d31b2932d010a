#ifndef STATION_H
#define STATION_H

struct station {
  char name[32];
};

double middle(double a, double b);

#endif
