#include <stdio.h>

struct reading {
  double wind;
};

/* The middle of two. */
static double middle(double a, double b)
{
  return (a + b) / 2;
}

int main(void) {
  printf("%f\n", middle(4, 5));
  return 0;
}
